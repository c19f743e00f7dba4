//! The page about error codes.

use anyhow::{Result, bail};

use super::Page;
use crate::codegen::markdown::{code, head, remarks, sources, table, text};
use crate::codegen::table::{self as tables, ErrorCode, Row as _};

/// Group of the table, heading, explanation.
const GROUPS: &[(&str, &str, &str)] = &[
    (
        "web error",
        "Web client: `errorCode`",
        "In the redirect, and as `payload.metainfo.code` in the message to the page around an iframe. The current client \
         no longer appends it to the redirect and sends `publicErrorCode` instead.",
    ),
    (
        "public error domain",
        "Web and mobile: first letter of `publicErrorCode`",
        "A public error code is a letter, two digits and four digits: what failed, in which call, and a detail that no \
         source explains.",
    ),
    ("public error call", "Web: digits 1 and 2 of `publicErrorCode`", "The call in which it failed."),
    (
        "usability reject reason",
        "SDKs: reasons to reject an image",
        "What the SDKs show while a person takes pictures. No payload of the server carries these numbers.",
    ),
    ("http status", "HTTP status", "What the server answers with."),
];

pub(super) fn pages() -> Result<Vec<Page>> {
    let (file, title) = ("error-codes.md", "Error codes");
    let mut content = head(title, &[ErrorCode::path()], "Every code that stands for something that went wrong.");
    let rows = tables::read::<ErrorCode>()?;
    if let Some(lost) = rows.iter().find(|row| !GROUPS.iter().any(|(group, _, _)| row.group == *group)) {
        bail!("{}: the group {:?} is on no page; add it to {}", ErrorCode::path(), lost.group, file!());
    }
    for (group, heading, explanation) in GROUPS {
        content.push_str(&format!("## {heading}\n\n{explanation}\n\n"));
        content.push_str(&table(
            ["code", "meaning", "notes", "source"],
            rows.iter().filter(|row| row.group == *group).map(|row| {
                [code(&row.code), text(&row.meaning), remarks(row.notes.as_deref(), None), sources(row.source())]
            }),
        ));
    }
    Ok(vec![Page { file, title, about: "of the web client, the SDKs and the API", content }])
}
