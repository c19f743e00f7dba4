//! The PDF report (protocol 7.8): a call that gives an address, and the address, which needs no token and does not live
//! long.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::Query;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse as _;
use serde_json::json;

use super::call::Call;
use super::table::Answer;
use super::{hrefs, reply, retrieval, upload};
use crate::clock::Moment;
use crate::problem::Refusal;
use crate::variants::ReportMember;

pub(super) const FILE_NAME: &str = "report_file";
pub(super) const FILE: &str = "/_reports/{workflowExecutionId}";

// behavior: the address of a report is good for five minutes and for anybody who has it | protocol 7.8 | chosen
const LIFETIME: Duration = Duration::from_secs(5 * 60);

// behavior: /generate answers workflowId and presignedUrl | protocol 7 | inferred
pub(super) async fn generate(call: Arc<Call>) -> Answer {
    let transaction = retrieval::find(&call)?;
    let shared = &call.shared;
    let expires = shared.now().after(LIFETIME).millis();
    let signature = shared.signer.link(&message(&transaction.execution_id, expires));
    let query = format!("expires={expires}&signature={signature}");
    let member = match transaction.variants(&shared.settings).report_member {
        ReportMember::WorkflowId => "workflowId",
        ReportMember::Id => "id",
    };
    let href = hrefs::report(&shared.sites, &transaction, &query);
    let body = json!({ (member): transaction.execution_id, "presignedUrl": href });
    Ok(reply::json(&call, Some(&transaction), StatusCode::OK, body))
}

/// The report itself.
// behavior: an expired or changed report address is 403 | protocol 7.8 | chosen
pub(super) async fn file(call: Arc<Call>) -> Answer {
    let transaction = upload::find(&call)?;
    let refuse = || Refusal::new(StatusCode::FORBIDDEN, "the link is not valid any more");
    let Query(query) = Query::<HashMap<String, String>>::try_from_uri(call.uri()).map_err(|_| refuse())?;
    let (expires, signature) = query.get("expires").zip(query.get("signature")).ok_or_else(refuse)?;
    let expires: i64 = expires.parse().map_err(|_| refuse())?;
    let shared = &call.shared;
    let is_good = *signature == shared.signer.link(&message(&transaction.execution_id, expires));
    if !is_good || Moment::of_millis(expires) <= shared.now() {
        return Err(refuse());
    }
    let lines = [
        "SIMULATED report".to_owned(),
        format!("workflow execution {}", transaction.execution_id),
        format!("status {}", transaction.status.text()),
    ];
    Ok(([(header::CONTENT_TYPE, "application/pdf")], pdf(&lines)).into_response())
}

fn message(execution: &str, expires: i64) -> String {
    format!("report/{execution}/{expires}")
}

/// A PDF of one page with these lines, which hold no brackets and no backslash.
fn pdf(lines: &[String]) -> Vec<u8> {
    let text: String = lines.iter().map(|line| format!("({line}) Tj T* ")).collect();
    let content = format!("BT /F1 14 Tf 16 TL 72 720 Td {text}ET");
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>"
            .to_owned(),
        format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
    ];
    let mut file = "%PDF-1.4\n".to_owned();
    let mut offsets = String::new();
    for (index, object) in objects.iter().enumerate() {
        offsets += &format!("{:010} 00000 n \n", file.len());
        file += &format!("{} 0 obj\n{object}\nendobj\n", index + 1);
    }
    let (start, size) = (file.len(), objects.len() + 1);
    file += &format!("xref\n0 {size}\n0000000000 65535 f \n{offsets}");
    file += &format!("trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n");
    file.into_bytes()
}
