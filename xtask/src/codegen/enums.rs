//! The short wire enumerations, from `fixtures/vocabulary/enums.json`.

use anyhow::{Result, bail};

use super::table::{self, EnumValue, Row as _};
use super::text;

/// One enumeration that is generated: its name in the table, its type, what its doc says first. The file is named for
/// the type.
struct Wanted {
    key: &'static str,
    name: &'static str,
    summary: &'static str,
    /// Says something of a person, so that `Debug` must not show it.
    personal: bool,
}

const fn wanted(key: &'static str, name: &'static str, summary: &'static str) -> Wanted {
    Wanted { key, name, summary, personal: false }
}

const fn personal(key: &'static str, name: &'static str, summary: &'static str) -> Wanted {
    Wanted { key, name, summary, personal: true }
}

/// The enumerations that a payload carries. A new one is one more row here.
const WANTED: &[Wanted] = &[
    wanted("workflow.status", "WorkflowStatus", "Where a transaction stands (`workflow.status`)."),
    wanted("decision.type", "DecisionType", "How a transaction, or one check of it, was decided (`decision.type`)."),
    wanted(
        "credential.category",
        "CredentialCategory",
        "What kind of evidence a credential is (`credentials[].category`).",
    ),
    wanted(
        "allowedChannels",
        "Channel",
        "A way by which a credential may be acquired (`credentials[].allowedChannels`).",
    ),
    wanted(
        "predefinedType",
        "PredefinedType",
        "How firm a preset country or type is for the person who uploads (`predefinedType`).",
    ),
    wanted(
        "credential.type FACEMAP",
        "FacemapType",
        "How a face is captured: the type of a FACEMAP credential (`type.values`, `liveness[].data.type`).",
    ),
    personal("gender", "Gender", "The gender on an ID (`extraction[].data.gender`)."),
    wanted("consent.obtained", "ConsentObtained", "Whether the person consented (`userConsent.consent.obtained`)."),
    wanted("step.name", "StepName", "A step of a transaction, as the steps resource names it (`name`)."),
    wanted(
        "faceSearchFindings.status",
        "FaceSearchStatus",
        "How far the search for the same face is (`imageChecks[].data.faceSearchFindings.status`).",
    ),
    wanted(
        "watchlistScreening.data.searchStatus",
        "WatchlistSearchStatus",
        "How the search in the lists went (`watchlistScreening[].data.searchStatus`).",
    ),
    wanted("similarity.data.similarity", "SimilarityResult", "How two faces compare (`similarity[].data.similarity`)."),
    wanted(
        "match value (government and DMV checks)",
        "MatchResult",
        "Whether an authority has the same value (the members `…Match` of the data of its check).",
    ),
    personal(
        "extraction.data.disability",
        "Disability",
        "What an ID says of a disability (`extraction[].data.disability`).",
    ),
    wanted(
        "extraction.data.nfcValidationResult",
        "NfcValidationResult",
        "What became of reading the chip (`extraction[].data.nfcValidationResult`).",
    ),
    wanted(
        "credentials[].reusableIdentity.status",
        "ReusableIdentityStatus",
        "What became of reusing an identity (`credentials[].reusableIdentity.status`).",
    ),
    wanted(
        "credentials[].reusableIdentity.source",
        "ReusableIdentitySource",
        "Whose identity is reused (`credentials[].reusableIdentity.source`).",
    ),
    wanted(
        "credentials[].consent.collectedBy",
        "ConsentCollector",
        "Who collected the consent (`credentials[].consent.collectedBy`).",
    ),
    wanted("feedback.status", "FeedbackStatus", "What feedback says of a transaction (`feedback.status`)."),
    wanted("parts[].captureType", "CaptureType", "How a part was taken (`credentials[].parts[].captureType`)."),
    wanted(
        "emailVerification.data.emailVerificationStatus",
        "EmailVerificationStatus",
        "Whether an email address is confirmed (`emailVerification[].data.emailVerificationStatus`).",
    ),
    wanted(
        "emailVerification.data.domainRiskLevel",
        "EmailDomainRisk",
        "How risky the domain of an email address is (`emailVerification[].data.domainRiskLevel`).",
    ),
    wanted(
        "emailVerification.data.advice",
        "EmailAdvice",
        "What the provider advises of an email address (`emailVerification[].data.advice`).",
    ),
    wanted(
        "phoneVerification.data.phoneType",
        "PhoneType",
        "What kind of number it is (`phoneVerification[].data.phoneType`).",
    ),
    wanted("health.status", "HealthStatus", "How a service is (`status`)."),
    wanted(
        "redirect acquisitionStatus",
        "AcquisitionStatus",
        "How the person's part ended, in the redirect of the web client (`acquisitionStatus`). It can be forged by whoever \
         holds the browser, and success says that images were accepted, not that they were checked.",
    ),
    wanted(
        "iframe payload.value",
        "IframeEvent",
        "What happened in the web client, as its message to the page around it says (`payload.value`).",
    ),
];

/// What the table holds for the reference pages alone, and why no payload needs a type for it.
const PAGES_ONLY: &[(&str, &str)] = &[
    ("decision.risk.score default bands", "bands of a number; `RiskBand` is written by hand"),
    ("iframe eventType", "one number"),
    ("web SDK events", "names of events in a browser"),
    ("SDK datacenter", "a setting of the SDKs"),
    ("region host part", "a part of a host; `endpoint::Region`"),
    ("crossDevice option", "a setting of the web SDK"),
    ("consent display type", "a setting of the web SDK"),
    ("colour scheme", "a setting of the web SDK"),
    ("overrideSettings key", "names of members"),
    ("workflowDefinition.capabilities key", "names of members"),
    ("iframe size class", "a layout"),
    ("rule category (portal)", "free text of the portal"),
    ("rule score", "numbers of the portal"),
    ("workflow type (designer)", "a word of the portal"),
    ("DATA credential kind", "two uses of one category"),
];

/// The generated types: `("WorkflowStatus", content)`.
pub(super) fn render_all() -> Result<Vec<(String, String)>> {
    let rows = table::read::<EnumValue>()?;
    let placed =
        |key: &str| WANTED.iter().any(|wanted| wanted.key == key) || PAGES_ONLY.iter().any(|(other, _)| *other == key);
    if let Some(lost) = rows.iter().find(|row| !placed(&row.r#enum)) {
        bail!(
            "{}: nothing is generated from {:?}; add it to WANTED or PAGES_ONLY in xtask/src/codegen/enums.rs",
            EnumValue::path(),
            lost.r#enum
        );
    }
    WANTED.iter().map(|wanted| Ok((wanted.name.to_owned(), render(wanted, &rows)?))).collect()
}

/// The type that is generated from an enumeration of the table, where there is one.
pub(super) fn type_of(key: &str) -> Option<&'static str> {
    WANTED.iter().find(|wanted| wanted.key == key).map(|wanted| wanted.name)
}

fn render(wanted: &Wanted, rows: &[EnumValue]) -> Result<String> {
    let rows: Vec<&EnumValue> = rows.iter().filter(|row| row.r#enum == wanted.key).collect();
    let Some(first) = rows.first() else {
        bail!("{} has no value of {:?}; mend the table or xtask/src/codegen/enums.rs", EnumValue::path(), wanted.key);
    };
    // What every row says alike is said once, of the enumeration.
    let shared_notes = first.notes.as_ref().filter(|text| rows.iter().all(|row| row.notes.as_ref() == Some(text)));
    let shared_conflict =
        first.conflict.as_ref().filter(|text| rows.iter().all(|row| row.conflict.as_ref() == Some(text)));

    let mut docs = vec![wanted.summary.to_owned()];
    docs.extend(shared_notes.map(|text| text::sentence(text)));
    docs.extend(shared_conflict.map(|text| text::conflict(text)));

    let mut variants = Vec::new();
    for row in rows {
        let mut doc = match &row.meaning {
            Some(meaning) => text::sentence(meaning),
            None => format!("`{}`.", row.value),
        };
        if let Some(notes) = row.notes.as_ref().filter(|_| shared_notes.is_none()) {
            doc.push_str(&format!(" {}", text::sentence(notes)));
        }
        if let Some(conflict) = row.conflict.as_ref().filter(|_| shared_conflict.is_none()) {
            doc.push_str(&format!(" {}", text::conflict(conflict)));
        }
        doc.push_str(&text::source(row.source()));
        variants.push((text::variant(&row.value)?, row.value.clone(), doc));
    }
    Ok(open_enum(&EnumValue::path(), wanted.name, wanted.personal, &docs, &variants))
}

/// A file that calls `open_enum!`, from paragraphs of documentation and `(variant, wire, doc)`.
pub(super) fn open_enum(
    table: &str,
    name: &str,
    personal: bool,
    docs: &[String],
    variants: &[(String, String, String)],
) -> String {
    let mut out = text::header(&format!("`{table}`"), &format!("`{name}`: a wire enumeration."));
    out.push_str("use crate::vocabulary::open_enum::open_enum;\n\nopen_enum! {\n");
    for (number, paragraph) in docs.iter().enumerate() {
        if number > 0 {
            out.push_str("    ///\n");
        }
        out.push_str(&text::doc(paragraph, "    "));
    }
    let kind = if personal { "pub personal enum" } else { "pub enum" };
    out.push_str(&format!("    {kind} {name} {{\n"));
    for (variant, wire, doc) in variants {
        out.push_str(&text::doc(doc, "        "));
        out.push_str(&format!("        {variant} = {wire:?},\n"));
    }
    out.push_str("    }\n}\n");
    out
}
