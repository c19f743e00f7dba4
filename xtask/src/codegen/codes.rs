//! The long code lists: countries, document types, ID types, locales, credential parts, error codes.

use std::collections::BTreeMap;

use anyhow::{Result, bail};

use super::table::{self, Country, CredentialPart, DocumentType, ErrorCode, IdType, Locale, Row};
use super::text;

/// One list: the table, the type, the type of what is known of a code, the summary, the codes.
struct List {
    table: String,
    name: &'static str,
    info: Option<&'static str>,
    summary: &'static str,
    codes: Vec<Code>,
}

/// One constant of a code list.
struct Code {
    constant: String,
    code: String,
    name: String,
    doc: String,
    info: Option<String>,
}

/// The generated types: `("Country", content)`.
pub(super) fn render_all() -> Result<Vec<(String, String)>> {
    let mut lists = vec![countries()?, document_types()?, locales()?, parts()?];
    lists.extend(id_types()?);
    lists.extend(error_codes()?);
    lists.into_iter().map(|list| Ok((list.name.to_owned(), list.render()?))).collect()
}

fn countries() -> Result<List> {
    let mut codes = Vec::new();
    for row in table::read::<Country>()? {
        let standing = if row.iso { "" } else { " Not an ISO 3166-1 code." };
        let doc = format!("{}{standing}{}", text::sentence(&row.name), text::source(row.source()));
        let info = format!("CountryInfo {{ alpha2: {:?} }}", row.alpha2);
        codes.push(Code {
            constant: text::constant(&row.alpha3)?,
            code: row.alpha3,
            name: row.name,
            doc,
            info: Some(info),
        });
    }
    Ok(List {
        table: Country::path(),
        name: "Country",
        info: Some("CountryInfo"),
        summary: "A country or territory, by its ISO 3166-1 alpha-3 code (`country.values`), and Kosovo as `XKX`.",
        codes,
    })
}

fn document_types() -> Result<List> {
    let mut codes = Vec::new();
    for row in table::read::<DocumentType>()? {
        let doc = text::entry(&row.name, row.notes.as_deref(), row.conflict.as_deref(), row.source());
        let info = format!(
            "DocumentTypeInfo {{ max_pages: {}, requestable: {}, extraction_fields: &{:?}, extraction_inferred: {} }}",
            row.max_pages, row.requestable, row.platform_extraction_fields, row.platform_extraction_inferred
        );
        codes.push(Code {
            constant: text::constant(&row.name)?,
            code: row.code,
            name: row.name,
            doc,
            info: Some(info),
        });
    }
    Ok(List {
        table: DocumentType::path(),
        name: "DocumentType",
        info: Some("DocumentTypeInfo"),
        summary: "A document type (`type.values` of a DOCUMENT credential, `extraction[].data.type`). Jumio publishes no \
                  list by country, and a tenant can have codes of its own (protocol 3.6).",
        codes,
    })
}

/// Types and subtypes are two lists: `VISA` is in both.
fn id_types() -> Result<[List; 2]> {
    let (mut types, mut sub_types) = (Vec::new(), Vec::new());
    for row in table::read::<IdType>()? {
        let doc = text::entry(&row.name, row.notes.as_deref(), row.conflict.as_deref(), row.source());
        let mut code = Code { constant: text::constant(&row.code)?, code: row.code, name: row.name, doc, info: None };
        match (row.level.as_str(), row.parent) {
            ("type", None) => types.push(code),
            ("subType", Some(parent)) => {
                let parent = text::constant(&parent)?;
                code.info = Some(format!("IdSubTypeInfo {{ parent: crate::vocabulary::IdType::{parent} }}"));
                sub_types.push(code);
            }
            (level, parent) => bail!("{}: {}: level {level:?} with parent {parent:?}", IdType::path(), code.code),
        }
    }
    Ok([
        List {
            table: IdType::path(),
            name: "IdType",
            info: None,
            summary: "The type of an ID (`type.values` of an ID credential, `extraction[].data.type`).",
            codes: types,
        },
        List {
            table: IdType::path(),
            name: "IdSubType",
            info: Some("IdSubTypeInfo"),
            summary: "The subtype of an ID (`extraction[].data.subType`, and `subType` where a request narrows a digital \
                      identity).",
            codes: sub_types,
        },
    ])
}

fn locales() -> Result<List> {
    let mut codes = Vec::new();
    for row in table::read::<Locale>()? {
        let mut constant = text::constant(&row.code)?;
        if row.form == "underscore" {
            // The same language and country with a hyphen, which is the documented form, has the plain name.
            constant.push_str("_UNDERSCORED");
        }
        let notes = row.default.then_some("what the client takes where none is named");
        let doc = text::entry(&row.name, notes, row.conflict.as_deref(), row.source());
        let info = format!("LocaleInfo {{ documented: {}, web_sdk: {} }}", row.platform_guide, row.websdk);
        codes.push(Code { constant, code: row.code, name: row.name, doc, info: Some(info) });
    }
    Ok(List {
        table: Locale::path(),
        name: "Locale",
        info: Some("LocaleInfo"),
        summary: "The language of Jumio's pages (`web.locale`).",
        codes,
    })
}

fn parts() -> Result<List> {
    let mut codes = Vec::new();
    for row in table::read::<CredentialPart>()? {
        let name = text::sentence(&row.classifier.replace('_', " ").to_lowercase());
        let name = name.trim_end_matches('.').to_owned();
        let doc = text::entry(
            &format!("`{}` of {}", row.classifier, row.category),
            row.notes.as_deref(),
            row.conflict.as_deref(),
            row.source(),
        );
        let info = format!(
            "PartInfo {{ category: crate::vocabulary::CredentialCategory::{}, response_key: {:?}, media_types: &{:?} }}",
            text::variant(&row.category)?,
            row.response_key,
            row.media_types
        );
        codes.push(Code {
            constant: text::constant(&row.classifier)?,
            code: row.classifier,
            name,
            doc,
            info: Some(info),
        });
    }
    Ok(List {
        table: CredentialPart::path(),
        name: "PartClassifier",
        info: Some("PartInfo"),
        summary: "Which part of a credential it is: the last segment of an upload URL, `parts[].classifier` in the details.",
        codes,
    })
}

/// The kinds of error codes that a payload or a redirect carries. The others are on the reference page alone.
fn error_codes() -> Result<Vec<List>> {
    const WANTED: &[(&str, &str, &str)] = &[
        (
            "web error",
            "WebErrorCode",
            "What went wrong in the web client (`errorCode` of the redirect, `payload.metainfo.code` of the message).",
        ),
        ("public error domain", "PublicErrorDomain", "What failed: the letter of a public error code."),
        (
            "public error call",
            "PublicErrorCall",
            "In which call it failed: the first two digits of a public error code.",
        ),
    ];
    let rows = table::read::<ErrorCode>()?;
    let mut lists = Vec::new();
    for (group, name, summary) in WANTED {
        let mut codes = Vec::new();
        for row in rows.iter().filter(|row| row.group == *group) {
            codes.push(Code {
                constant: text::constant(&row.meaning)?,
                code: row.code.clone(),
                name: text::sentence(&row.meaning).trim_end_matches('.').to_owned(),
                doc: text::entry(&row.meaning, row.notes.as_deref(), None, row.source()),
                info: None,
            });
        }
        lists.push(List { table: ErrorCode::path(), name, info: None, summary, codes });
    }
    Ok(lists)
}

impl List {
    fn render(self) -> Result<String> {
        let Self { table, name, info, summary, codes } = self;
        if codes.is_empty() {
            bail!("{table} has no row for {name}; mend the table or xtask/src/codegen/codes.rs");
        }
        let mut seen = BTreeMap::new();
        let mut out = text::header(&format!("`{table}`"), &format!("`{name}`: a list of codes."));
        if let Some(info) = info {
            out.push_str(&format!("use crate::vocabulary::{info};\n"));
        }
        out.push_str("use crate::vocabulary::open_code::open_code;\n\nopen_code! {\n");
        out.push_str(&text::doc(summary, "    "));
        match info {
            Some(info) => out.push_str(&format!("    pub struct {name}: {info};\n")),
            None => out.push_str(&format!("    pub struct {name};\n")),
        }
        for code in codes {
            if let Some(other) = seen.insert(code.constant.clone(), code.code.clone()) {
                bail!("{table}: {other:?} and {:?} both give the constant {}", code.code, code.constant);
            }
            out.push('\n');
            out.push_str(&text::doc(&code.doc, "    "));
            let info = code.info.map(|info| format!(", {info}")).unwrap_or_default();
            out.push_str(&format!("    {} = {:?}, {:?}{info};\n", code.constant, code.code, code.name));
        }
        out.push_str("}\n");
        Ok(out)
    }
}
