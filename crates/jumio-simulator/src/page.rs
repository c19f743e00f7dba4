//! The hosted page as a document: its one HTML file with the texts of a language, its style and script inside, and the
//! headers that let nothing else in. What a call to it does is in `routes/page.rs`.
//!
//! Everything is in one answer, so that it works under any host name and inside a sandboxed frame.

mod outcome;
pub(crate) mod security;
mod texts;

use std::sync::LazyLock;

use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Response};
use minijinja::{AutoEscape, Environment};
use serde::Serialize;
use serde_json::{Value, json};

pub(crate) use outcome::{Failure, Reason, Step, message, metainfo, redirect};
pub(crate) use texts::Language;

use crate::credential::Category;
use crate::problem::Refusal;
use crate::transaction::Transaction;

const TEMPLATE: &str = include_str!("page/client/client.html");
const STYLE: &str = include_str!("page/client/client.css");
/// Three files that share one scope.
const SCRIPT: &str = concat!(
    include_str!("page/client/page.js"),
    include_str!("page/client/pages.js"),
    include_str!("page/client/hand_in.js")
);

/// An image's longest side must be longer than the first and may not be longer than the second, in pixels
/// (protocol 4.2).
const SHORTEST_SIDE: u32 = 300;
const LONGEST_SIDE: u32 = 8000;

const MEGABYTE: u64 = 1024 * 1024;

/// Nothing from anywhere else; the script and the style are named by their content. Images are the previews.
// behavior: the page may be framed by any https page, and by this machine's own | protocol 10.1 (iframe must be https) | chosen
static POLICY: LazyLock<String> = LazyLock::new(|| {
    format!(
        "default-src 'none'; script-src {}; style-src {}; img-src blob:; connect-src 'self'; form-action 'self'; \
         base-uri 'none'; frame-ancestors https: http://localhost:* http://127.0.0.1:*",
        security::hash(SCRIPT),
        security::hash(STYLE),
    )
});

/// One list of files in the form.
#[derive(Serialize)]
pub(crate) struct Slot {
    /// The form's field.
    pub(crate) field: &'static str,
    pub(crate) most: u32,
    /// Content types, parted by commas.
    pub(crate) formats: &'static str,
    pub(crate) required: bool,
}

/// What the page shows.
pub(crate) enum View<'t> {
    /// Files can be chosen.
    Open { transaction: &'t Transaction, slots: Vec<Slot>, most_bytes: u64, capture: String, session: Session },
    /// Everything was handed in; where to go on.
    Done { transaction: &'t Transaction, next: Option<String> },
    /// It cannot go on, or not like this.
    Failed(&'t Failure),
}

/// How long the session is and how much of it is left, in milliseconds.
pub(crate) struct Session {
    pub(crate) minutes: u64,
    pub(crate) left: u64,
}

/// What depends on the settings alone.
pub(crate) struct Frame {
    pub(crate) language: Language,
    /// What every message to the embedding page holds; `null` where the transaction is not known.
    pub(crate) message: Value,
    pub(crate) client: crate::settings::WebClient,
}

/// The page as an answer.
pub(crate) fn answer(frame: &Frame, view: &View<'_>) -> Result<Response, Refusal> {
    let html = html(frame, view).map_err(|error| Refusal::internal(format!("cannot write the page: {error}")))?;
    let status = if let View::Failed(failure) = view { failure.status } else { StatusCode::OK };
    Ok((status, security::headers(&POLICY), Html(html)).into_response())
}

fn html(frame: &Frame, view: &View<'_>) -> Result<String, minijinja::Error> {
    let text = frame.language.texts();
    let error = |reason: Reason| metainfo(frame.client, Some((reason, Step::Upload, StatusCode::OK)));
    let mut config = json!({
        "locale": frame.language.code(),
        "text": { "pages": text["pages"], "refused": text["refused"], "failed": text["failed"] },
        "message": frame.message,
        "loaded": metainfo(frame.client, None),
        "offline": error(Reason::Offline),
    });
    let mut page = json!({
        "locale": frame.language.code(),
        "direction": text["direction"],
        "text": text,
        "style": STYLE,
        "script": SCRIPT,
    });
    let (state, more, more_config) = match view {
        View::Open { transaction, slots, most_bytes, capture, session } => {
            let megabytes = most_bytes / MEGABYTE;
            let limits = json!({
                "bytes": most_bytes, "megabytes": megabytes, "least": SHORTEST_SIDE, "largest": LONGEST_SIDE,
                "minutes": session.minutes,
            });
            let more = json!({
                "execution": transaction.execution_id,
                "document": document(frame.language, transaction),
                "limits": lines(text, &limits, slots),
                "slots": slots.iter().map(|slot| named(text, slot)).collect::<Vec<_>>(),
            });
            ("open", more, json!({ "limits": limits, "capture": capture, "endsIn": session.left }))
        }
        View::Done { transaction, next } => {
            ("done", json!({ "execution": transaction.execution_id, "next": next }), json!({}))
        }
        View::Failed(failure) => {
            let more = json!({
                "execution": failure.transaction.as_ref().map(|transaction| &transaction.execution_id),
                "reason": said(text, "failed", failure.reason.text()),
                "detail": failure.detail,
                "retriable": failure.reason.is_retriable(),
                "next": failure.next(frame.client),
            });
            ("failed", more, json!({ "failed": failure.metainfo(frame.client) }))
        }
    };
    merge(&mut config, json!({ "state": state }));
    merge(&mut config, more_config);
    merge(&mut page, json!({ "state": state, "config": config }));
    merge(&mut page, more);
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.render_str(TEMPLATE, minijinja::value::Serde(&page))
}

/// The document that is wanted, in words.
fn document(language: Language, transaction: &Transaction) -> Option<Value> {
    let document = transaction.of_category(Category::Document)?;
    let kind = jumio_model::DocumentType::from(document.kind.first()?);
    let country = jumio_model::Country::from(document.country()?);
    let name = said(language.texts(), "document_types", kind.as_str());
    Some(json!({
        "type": name.or(kind.name()).unwrap_or(kind.as_str()),
        "country": country.name().unwrap_or(country.as_str()),
        "alpha2": country.info().and_then(|info| info.alpha2),
    }))
}

/// One text of a group of texts.
fn said<'t>(text: &'t Value, group: &str, name: &str) -> Option<&'t str> {
    text.get(group)?.get(name)?.as_str()
}

/// A slot with its name in words.
fn named(text: &Value, slot: &Slot) -> Value {
    let mut value = json!(slot);
    merge(&mut value, json!({ "name": said(text, "slots", slot.field) }));
    value
}

/// The limits in words, before they hurt.
fn lines(text: &Value, limits: &Value, slots: &[Slot]) -> Vec<String> {
    let text = &text["limits"];
    let most = slots.iter().map(|slot| slot.most).max().unwrap_or(1);
    let takes_pdf = slots.iter().any(|slot| slot.formats.contains("pdf"));
    let mut names = vec![if takes_pdf { "formats" } else { "formats_image" }];
    if most > 1 {
        names.extend(["pages", "size"]);
    }
    names.extend(["image", "session"]);
    let fill = |name: &str| {
        let line = text[name].as_str().unwrap_or_default().replace("{most}", &most.to_string());
        let members = limits.as_object().into_iter().flatten();
        members.fold(line, |line, (name, value)| line.replace(&format!("{{{name}}}"), &value.to_string()))
    };
    names.into_iter().map(fill).collect()
}

fn merge(into: &mut Value, from: Value) {
    if let (Some(into), Value::Object(from)) = (into.as_object_mut(), from) {
        into.extend(from);
    }
}
