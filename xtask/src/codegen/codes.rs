//! The long code lists: countries and document types.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, bail};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::text;
use crate::workspace;

const COUNTRIES: &str = "fixtures/vocabulary/countries.json";
const DOCUMENT_TYPES: &str = "fixtures/vocabulary/document_types.json";

/// One country or territory.
#[derive(Deserialize)]
struct CountryRow {
    alpha3: String,
    alpha2: Option<String>,
    name: String,
    iso: bool,
    source: Vec<String>,
}

/// One document type of a DOCUMENT credential.
#[derive(Deserialize)]
struct DocumentTypeRow {
    code: String,
    name: String,
    requestable: bool,
    max_pages: u32,
    notes: Option<String>,
    conflict: Option<String>,
    source: Vec<String>,
}

/// One constant of a code list.
struct Code {
    constant: String,
    code: String,
    name: String,
    doc: String,
    info: String,
}

pub(super) fn countries() -> Result<String> {
    let mut codes = Vec::new();
    for row in table::<CountryRow>(COUNTRIES)? {
        let standing = if row.iso { "" } else { " Not an ISO 3166-1 code." };
        let doc = format!("{}{standing} Source: {}.", text::sentence(&row.name), row.source.join(", "));
        let info = format!("CountryInfo {{ alpha2: {:?} }}", row.alpha2);
        codes.push(Code { constant: text::constant(&row.alpha3)?, code: row.alpha3, name: row.name, doc, info });
    }
    render(
        COUNTRIES,
        ("Country", "CountryInfo"),
        "A country or territory, by its ISO 3166-1 alpha-3 code (`country.values`), and Kosovo as `XKX`.",
        codes,
    )
}

pub(super) fn document_types() -> Result<String> {
    let mut codes = Vec::new();
    for row in table::<DocumentTypeRow>(DOCUMENT_TYPES)? {
        let mut doc = text::sentence(&row.name);
        if let Some(notes) = &row.notes {
            doc.push_str(&format!(" {}", text::sentence(notes)));
        }
        if let Some(conflict) = &row.conflict {
            doc.push_str(&format!(" Sources disagree: {}.", conflict.trim_end_matches('.')));
        }
        doc.push_str(&format!(" Source: {}.", row.source.join(", ")));
        let info = format!("DocumentTypeInfo {{ max_pages: {}, requestable: {} }}", row.max_pages, row.requestable);
        codes.push(Code { constant: text::constant(&row.name)?, code: row.code, name: row.name, doc, info });
    }
    render(
        DOCUMENT_TYPES,
        ("DocumentType", "DocumentTypeInfo"),
        "A document type that Doc Proof can ask for (`type.values`).",
        codes,
    )
}

fn table<T: DeserializeOwned>(path: &str) -> Result<Vec<T>> {
    serde_json::from_str(&workspace::read(path)?).with_context(|| format!("cannot read {path}"))
}

fn render(table: &str, (name, info): (&str, &str), summary: &str, codes: Vec<Code>) -> Result<String> {
    let mut seen = BTreeMap::new();
    let mut out = text::header(&format!("`{table}`"), &format!("`{name}`: a list of codes."));
    out.push_str(&format!(
        "use crate::vocabulary::{info};\nuse crate::vocabulary::open_code::open_code;\n\nopen_code! {{\n"
    ));
    out.push_str(&text::doc(summary, "    "));
    out.push_str(&format!("    pub struct {name}: {info};\n"));
    for code in codes {
        if let Some(other) = seen.insert(code.constant.clone(), code.code.clone()) {
            bail!("{table}: {other:?} and {:?} both give the constant {}", code.code, code.constant);
        }
        out.push('\n');
        out.push_str(&text::doc(&code.doc, "    "));
        out.push_str(&format!("    {} = {:?}, {:?}, {};\n", code.constant, code.code, code.name, code.info));
    }
    out.push_str("}\n");
    Ok(out)
}
