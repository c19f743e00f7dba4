//! The short wire enumerations, from `fixtures/vocabulary/enums.json`.

use anyhow::{Context as _, Result, bail};
use serde::Deserialize;

use super::text;
use crate::workspace;

const TABLE: &str = "fixtures/vocabulary/enums.json";

/// One enumeration that is generated: its name in the table, its file, its type, what its doc says first.
struct Wanted {
    key: &'static str,
    file: &'static str,
    name: &'static str,
    summary: &'static str,
}

/// The enumerations of Doc Proof's payloads. A new one is one more row here.
const WANTED: &[Wanted] = &[
    Wanted {
        key: "workflow.status",
        file: "workflow_status.rs",
        name: "WorkflowStatus",
        summary: "Where a transaction stands (`workflow.status`).",
    },
    Wanted {
        key: "decision.type",
        file: "decision_type.rs",
        name: "DecisionType",
        summary: "How a transaction, or one check of it, was decided (`decision.type`).",
    },
    Wanted {
        key: "credential.category",
        file: "credential_category.rs",
        name: "CredentialCategory",
        summary: "What kind of evidence a credential is (`credentials[].category`).",
    },
    Wanted {
        key: "allowedChannels",
        file: "channel.rs",
        name: "Channel",
        summary: "A way by which a credential may be acquired (`credentials[].allowedChannels`).",
    },
    Wanted {
        key: "predefinedType",
        file: "predefined_type.rs",
        name: "PredefinedType",
        summary: "How firm a preset country or type is for the person who uploads (`predefinedType`).",
    },
];

/// One value of the table.
#[derive(Deserialize)]
struct Row {
    r#enum: String,
    value: String,
    meaning: Option<String>,
    notes: Option<String>,
    conflict: Option<String>,
    source: Vec<String>,
}

pub(super) fn render_all() -> Result<Vec<(String, String)>> {
    let rows: Vec<Row> =
        serde_json::from_str(&workspace::read(TABLE)?).with_context(|| format!("cannot read {TABLE}"))?;
    WANTED.iter().map(|wanted| Ok((wanted.file.to_owned(), render(wanted, &rows)?))).collect()
}

fn render(wanted: &Wanted, rows: &[Row]) -> Result<String> {
    let rows: Vec<&Row> = rows.iter().filter(|row| row.r#enum == wanted.key).collect();
    let Some(first) = rows.first() else {
        bail!("{TABLE} has no value of {:?}; mend the table or the list in xtask/src/codegen/enums.rs", wanted.key);
    };
    // What every row says alike is said once, of the enumeration.
    let shared_notes = first.notes.as_ref().filter(|text| rows.iter().all(|row| row.notes.as_ref() == Some(text)));
    let shared_conflict =
        first.conflict.as_ref().filter(|text| rows.iter().all(|row| row.conflict.as_ref() == Some(text)));

    let mut out = text::header(&format!("`{TABLE}`"), &format!("`{}`: a wire enumeration.", wanted.name));
    out.push_str("use crate::vocabulary::open_enum::open_enum;\n\nopen_enum! {\n");
    out.push_str(&text::doc(wanted.summary, "    "));
    for extra in [
        shared_notes.map(|text| text::sentence(text)),
        shared_conflict.map(|text| format!("Sources disagree: {}.", text.trim_end_matches('.'))),
    ]
    .into_iter()
    .flatten()
    {
        out.push_str("    ///\n");
        out.push_str(&text::doc(&extra, "    "));
    }
    out.push_str(&format!("    pub enum {} {{\n", wanted.name));
    for row in rows {
        let meaning = match &row.meaning {
            Some(meaning) => text::sentence(meaning),
            None => format!("`{}`.", row.value),
        };
        let mut doc = meaning;
        if let Some(notes) = row.notes.as_ref().filter(|_| shared_notes.is_none()) {
            doc.push(' ');
            doc.push_str(&text::sentence(notes));
        }
        if let Some(conflict) = row.conflict.as_ref().filter(|_| shared_conflict.is_none()) {
            doc.push_str(&format!(" Sources disagree: {}.", conflict.trim_end_matches('.')));
        }
        doc.push_str(&format!(" Source: {}.", row.source.join(", ")));
        out.push_str(&text::doc(&doc, "        "));
        out.push_str(&format!("        {} = {:?},\n", text::variant(&row.value)?, row.value));
    }
    out.push_str("    }\n}\n");
    Ok(out)
}
