//! The tables in `fixtures/vocabulary`: reading them, and the shape of each row. It writes nothing.

use std::collections::BTreeSet;

use anyhow::{Context as _, Result, bail};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::workspace;

const FOLDER: &str = "fixtures/vocabulary";

/// A table: its file and the shape of its rows.
pub(super) trait Row: DeserializeOwned {
    /// The file's name without folder and ending.
    const TABLE: &'static str;

    /// The ids of the sources that say so.
    fn source(&self) -> &[String];

    /// The file, from the root.
    fn path() -> String {
        format!("{FOLDER}/{}.json", Self::TABLE)
    }
}

/// Reads a table and refuses a row whose source nobody can look up.
pub(super) fn read<T: Row>() -> Result<Vec<T>> {
    let path = T::path();
    let rows: Vec<T> = serde_json::from_str(&workspace::read(&path)?).with_context(|| format!("cannot read {path}"))?;
    let sources: Vec<Source> = serde_json::from_str(&workspace::read(Source::path())?)
        .with_context(|| format!("cannot read {}", Source::path()))?;
    let known: BTreeSet<&str> = sources.iter().map(|source| source.id.as_str()).collect();
    for (number, row) in rows.iter().enumerate() {
        if row.source().is_empty() {
            bail!("{path}: row {} has no source", number + 1);
        }
        if let Some(unknown) = row.source().iter().find(|id| !known.contains(id.as_str())) {
            bail!("{path}: row {} names the source {unknown:?}, which {} does not explain", number + 1, Source::path());
        }
    }
    Ok(rows)
}

/// Writes a row type and says in which file it stands. An unknown member is an error: it would be lost in silence.
macro_rules! rows {
    ( $( $(#[$meta:meta])* $name:ident in $table:literal { $( $field:ident: $type:ty, )+ } )+ ) => { $(
        $(#[$meta])*
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        pub(super) struct $name {
            $( pub(super) $field: $type, )+
            source: Vec<String>,
        }

        impl Row for $name {
            const TABLE: &'static str = $table;

            fn source(&self) -> &[String] {
                &self.source
            }
        }
    )+ };
}

rows! {
    /// One country or territory.
    Country in "countries" {
        alpha3: String,
        alpha2: Option<String>,
        name: String,
        iso: bool,
    }

    /// A value beside the country codes that a source prints.
    CountryExtra in "countries_extra" {
        code: String,
        name: String,
        r#where: Vec<String>,
        status: String,
        conflict: Option<String>,
    }

    /// One state or province.
    Subdivision in "subdivisions" {
        country: String,
        iso_3166_2: String,
        code: String,
        name: String,
    }

    /// One document type of a DOCUMENT credential.
    DocumentType in "document_types" {
        code: String,
        name: String,
        requestable: bool,
        max_pages: u32,
        legacy_sides: Option<String>,
        in_current_docs_list: bool,
        in_websdk_enum: bool,
        in_mobile_sdk_list: bool,
        in_legacy_list: bool,
        platform_extraction_fields: Vec<String>,
        platform_extraction_mandatory: Option<Vec<String>>,
        platform_extraction_inferred: bool,
        legacy_extraction_fields: Option<Vec<String>>,
        legacy_extraction_countries: Option<Vec<String>>,
        notes: Option<String>,
        conflict: Option<String>,
    }

    /// One type or subtype of an ID credential.
    IdType in "id_types" {
        code: String,
        name: String,
        level: String,
        parent: Option<String>,
        notes: Option<String>,
        conflict: Option<String>,
    }

    /// One value of one short enumeration.
    EnumValue in "enums" {
        r#enum: String,
        value: String,
        meaning: Option<String>,
        open: bool,
        notes: Option<String>,
        conflict: Option<String>,
    }

    /// One capability.
    Capability in "capabilities" {
        capability: String,
        meaning: String,
        decision_types: Vec<String>,
        depends_on: Vec<String>,
        credential_categories: Vec<String>,
        notes: Option<String>,
        conflict: Option<String>,
    }

    /// One label in one place: a capability, or `workflow` or `step`.
    Label in "labels" {
        capability: String,
        label: String,
        decision_types: Vec<String>,
        class: String,
        inferred: bool,
        reason: Option<String>,
        meaning: String,
        applies_to: Vec<String>,
        notes: Option<String>,
    }

    /// One part of a credential.
    CredentialPart in "credential_parts" {
        category: String,
        classifier: String,
        pattern: Option<String>,
        response_key: Option<String>,
        seen_in: Vec<String>,
        media_types: Vec<String>,
        limits: Option<String>,
        channels: Vec<String>,
        notes: Option<String>,
        conflict: Option<String>,
    }

    /// One code of one kind of error.
    ErrorCode in "error_codes" {
        group: String,
        code: String,
        meaning: String,
        notes: Option<String>,
    }

    /// One language of Jumio's pages.
    Locale in "locales" {
        code: String,
        name: String,
        websdk: bool,
        platform_guide: bool,
        legacy_docv: bool,
        form: String,
        default: bool,
        conflict: Option<String>,
    }

    /// One workflow definition key.
    WorkflowKey in "workflow_keys" {
        key: u32,
        name: Option<String>,
        product: Option<String>,
        required_credentials: Vec<String>,
        optional_credentials: Vec<String>,
        capabilities: Vec<String>,
        capabilities_inferred: bool,
        channels: Vec<String>,
        step_names: Vec<String>,
        status: String,
        notes: Option<String>,
        conflict: Option<String>,
    }

    /// One member of `extraction[].data`.
    ExtractionField in "extraction_fields" {
        credential_category: String,
        field: String,
        r#type: String,
        observed_json_type: Option<String>,
        document_types: Option<Vec<String>>,
        notes: Option<String>,
        conflict: Option<String>,
    }

    /// One member of the prepared data.
    PreparedDataField in "prepared_data_fields" {
        field: String,
        r#type: String,
        notes: Option<String>,
        conflict: Option<String>,
    }
}

/// Where rows come from.
#[derive(Deserialize)]
pub(super) struct Source {
    pub(super) id: String,
    pub(super) tier: String,
    pub(super) title: String,
    pub(super) period: String,
    source: String,
}

impl Row for Source {
    const TABLE: &'static str = "sources";

    fn source(&self) -> &[String] {
        std::slice::from_ref(&self.source)
    }
}
