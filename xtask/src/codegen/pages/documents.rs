//! Pages about what is uploaded: document types, ID types, credential parts, and the data read from or sent with them.

use anyhow::Result;

use super::Page;
use crate::codegen::markdown::{code, codes, head, remarks, sources, table, text, yes};
use crate::codegen::table::{
    self as tables, CredentialPart, DocumentType, ExtractionField, IdType, PreparedDataField, Row as _,
};

pub(super) fn pages() -> Result<Vec<Page>> {
    Ok(vec![document_types()?, id_types()?, parts()?, extraction()?, prepared_data()?])
}

fn document_types() -> Result<Page> {
    let (file, title) = ("document-types.md", "Document types");
    let summary = "What `type.values` of a DOCUMENT credential may be. Which country is supported for which type is \
                   published nowhere but in the portal. Fields are read by workflows with extraction only; Doc Proof reads \
                   none.";
    let mut content = head(title, &[DocumentType::path()], summary);
    content.push_str(&table(
        [
            "code",
            "name",
            "can be asked for",
            "pages at most",
            "fields read",
            "of them mandatory",
            "listed in",
            "the older product",
            "notes",
            "source",
        ],
        tables::read::<DocumentType>()?.into_iter().map(|row| {
            let listed = [
                (row.in_current_docs_list, "current pages"),
                (row.in_websdk_enum, "web SDK"),
                (row.in_mobile_sdk_list, "mobile SDKs"),
                (row.in_legacy_list, "older product"),
            ];
            let listed: Vec<&str> = listed.into_iter().filter(|(is_in, _)| *is_in).map(|(_, place)| place).collect();
            let inferred = if row.platform_extraction_inferred { " (assumed)" } else { "" };
            let older = [
                row.legacy_sides.as_ref().map(|sides| format!("sides: {sides}")),
                row.legacy_extraction_fields.as_ref().map(|fields| format!("fields: {}", codes(fields))),
                row.legacy_extraction_countries.as_ref().map(|list| format!("countries: {}", codes(list))),
            ];
            [
                code(&row.code),
                text(&row.name),
                yes(row.requestable),
                row.max_pages.to_string(),
                codes(&row.platform_extraction_fields) + inferred,
                codes(row.platform_extraction_mandatory.as_deref().unwrap_or_default()),
                listed.join(", "),
                older.into_iter().flatten().collect::<Vec<_>>().join("; "),
                remarks(row.notes.as_deref(), row.conflict.as_deref()),
                sources(row.source()),
            ]
        }),
    ));
    Ok(Page { file, title, about: "codes, page limits and the fields that are read", content })
}

fn id_types() -> Result<Page> {
    let (file, title) = ("id-types.md", "ID types");
    let summary = "What `type.values` of an ID credential may be, and the types and subtypes that extraction reports.";
    let mut content = head(title, &[IdType::path()], summary);
    content.push_str(&table(
        ["code", "name", "level", "of", "notes", "source"],
        tables::read::<IdType>()?.into_iter().map(|row| {
            [
                code(&row.code),
                text(&row.name),
                row.level.clone(),
                code(row.parent.as_deref().unwrap_or_default()),
                remarks(row.notes.as_deref(), row.conflict.as_deref()),
                sources(row.source()),
            ]
        }),
    ));
    Ok(Page { file, title, about: "types and subtypes of identity documents", content })
}

fn parts() -> Result<Page> {
    let (file, title) = ("credential-parts.md", "Credential parts");
    let summary = "What a credential is made of: the classifier in URLs and in the details, and the name that the part has \
                   in `credentials[].api.parts` of an account reply.";
    let mut content = head(title, &[CredentialPart::path()], summary);
    content.push_str(&table(
        [
            "credential",
            "classifier",
            "on the wire",
            "in replies",
            "media types",
            "limits",
            "channels",
            "seen in",
            "notes",
            "source",
        ],
        tables::read::<CredentialPart>()?.into_iter().map(|row| {
            [
                code(&row.category),
                code(&row.classifier),
                code(row.pattern.as_deref().unwrap_or(&row.classifier)),
                code(row.response_key.as_deref().unwrap_or_default()),
                codes(&row.media_types),
                text(row.limits.as_deref().unwrap_or_default()),
                codes(&row.channels),
                text(&row.seen_in.join(", ")),
                remarks(row.notes.as_deref(), row.conflict.as_deref()),
                sources(row.source()),
            ]
        }),
    ));
    Ok(Page { file, title, about: "classifiers, reply keys, media types and limits", content })
}

fn extraction() -> Result<Page> {
    let (file, title) = ("extraction-fields.md", "Extracted fields");
    let summary = "The members of `capabilities.extraction[].data`. Fields of an ID appear when the document has them; for \
                   documents see also the [document types](document-types.md).";
    let mut content = head(title, &[ExtractionField::path()], summary);
    let rows = tables::read::<ExtractionField>()?;
    let groups = [("ID", "Of an ID"), ("DOCUMENT", "Of a document"), ("address", "Of an `address`")];
    for (group, heading) in groups {
        content.push_str(&format!("## {heading}\n\n"));
        content.push_str(&table(
            ["field", "type", "seen as", "only for", "notes", "source"],
            rows.iter().filter(|row| row.credential_category == group).map(|row| {
                [
                    code(&row.field),
                    text(&row.r#type),
                    row.observed_json_type.clone().unwrap_or_default(),
                    codes(row.document_types.as_deref().unwrap_or_default()),
                    remarks(row.notes.as_deref(), row.conflict.as_deref()),
                    sources(row.source()),
                ]
            }),
        ));
    }
    if let Some(lost) = rows.iter().find(|row| !groups.iter().any(|(group, _)| row.credential_category == *group)) {
        anyhow::bail!("{}: {:?} is on no page", ExtractionField::path(), lost.credential_category);
    }
    Ok(Page { file, title, about: "what is read from IDs and documents", content })
}

fn prepared_data() -> Result<Page> {
    let (file, title) = ("prepared-data.md", "Prepared data");
    let summary = "The members of the JSON that is uploaded to a DATA credential. Which ones a check needs depends on the \
                   check.";
    let mut content = head(title, &[PreparedDataField::path()], summary);
    content.push_str(&table(
        ["member", "type", "notes", "source"],
        tables::read::<PreparedDataField>()?.into_iter().map(|row| {
            [
                code(&row.field),
                row.r#type.clone(),
                remarks(row.notes.as_deref(), row.conflict.as_deref()),
                sources(row.source()),
            ]
        }),
    ));
    Ok(Page { file, title, about: "what can be uploaded beside images", content })
}
