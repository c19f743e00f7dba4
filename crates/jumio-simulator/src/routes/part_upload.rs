//! Upload of a part by its classifier (protocol 4.1): POST adds `FRONT`, `BACK` or `FACE`, PUT replaces it.

use std::sync::Arc;

use axum::http::StatusCode;

use super::call::Call;
use super::table::Answer;
use super::{authorize, upload};
use crate::credential::{Category, Credential};
use crate::problem::Refusal;
use crate::variants::PartReplacement;

/// POST: a part that is there already is replaced, too.
// behavior: POST to a classifier that has a part already replaces it | protocol 4.1 | chosen
pub(super) async fn add(call: Arc<Call>) -> Answer {
    let classifier = call.parameter("classifier").to_owned();
    keep(&call, |credential| credential.category.classifiers().contains(&classifier.as_str())).await
}

/// PUT: replaces a part.
// behavior: PUT to a classifier replaces the part, and adds it where there is none yet | protocol 4.1 | documented
pub(super) async fn replace(call: Arc<Call>) -> Answer {
    let classifier = call.parameter("classifier").to_owned();
    let replacement = upload::find(&call)?.variants(&call.shared.settings).part_replacement;
    let is_page = classifier.bytes().all(|byte| byte.is_ascii_digit());
    if is_page && replacement == PartReplacement::MethodNotAllowed {
        return Err(Refusal::wrong_verb("PUT", "POST, OPTIONS".to_owned()));
    }
    // behavior: PUT to a page of a document is 404: nobody has tried it | protocol 4.1 | chosen
    keep(&call, |credential| match credential.category {
        Category::Document => replacement == PartReplacement::Replaces && credential.part(&classifier).is_some(),
        other => other.classifiers().contains(&classifier.as_str()),
    })
    .await
}

// behavior: a picture of an ID or a face has at most 15 MB, the most generous of three numbers | protocol 4.2 | documented
async fn keep(call: &Arc<Call>, fits: impl FnOnce(&Credential) -> bool) -> Answer {
    let bearer = authorize::transaction(call)?;
    let transaction = upload::find(call)?;
    let credential = upload::admit(call, &bearer, &transaction, fits)?;
    let classifier = call.parameter("classifier");
    let received = upload::file(call, credential.category, upload::MOST_BYTES).await?;
    let shared = &call.shared;
    let (changed, part) = call.change(&transaction.execution_id, StatusCode::OK, |transaction, now| {
        let part = upload::put_part(shared, transaction, &credential.id, classifier, received, now)?;
        Ok((transaction.clone(), part))
    })?;
    let credential = changed.credential(&credential.id).ok_or_else(|| Refusal::not_found("the part"))?;
    Ok(upload::file_reply(call, &changed, credential, &part))
}
