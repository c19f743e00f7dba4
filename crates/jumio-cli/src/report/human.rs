//! Lines for people.

use std::time::Duration;

use super::{Handout, Summary};
use crate::exit_code::Exit;
use crate::stop::Stop;
use crate::wording::{self, Step};

/// How wide the column of names is.
const NAMES: usize = 13;

pub(super) fn step_line(elapsed: Duration, whose: Option<&str>, step: &Step) -> String {
    let whose = whose.map(|whose| format!("{whose}  ")).unwrap_or_default();
    format!("{:>7.1}s  {whose}{:<NAMES$}  {}", elapsed.as_secs_f64(), step.name, step.text)
}

pub(super) fn handout(handout: &Handout) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(link) = &handout.link {
        lines.push(row("link", link));
        lines.push(row("valid", &handout.expiry.spoken()));
        lines.push(row("", "give it to the person and to nobody else: whoever has it can upload in their name"));
    }
    if let Some(token) = &handout.sdk_token {
        lines.push(row("SDK token", token));
        lines.push(row("valid", &handout.expiry.spoken()));
        lines.push(row("", "this is a secret: pass it to your app only, keep it out of logs and messages"));
    }
    lines
}

pub(super) fn summary(summary: &Summary<'_>) -> Vec<String> {
    let mut lines = vec![summary.headline.clone()];
    let mut add = |name: &str, text: &str| lines.push(row(name, text));
    if let Some(decision) = &summary.decision {
        let label = decision.label.map(|label| format!(", label {label}")).unwrap_or_default();
        let risk =
            decision.risk_score.map_or_else(|| ", no risk score".to_owned(), |score| format!(", risk score {score}"));
        add("decision", &format!("{}{label}{risk}", decision.decision_type));
    }
    if let Some(account) = summary.account_id {
        add("account", account);
    }
    if let Some(execution) = summary.workflow_execution_id {
        add("transaction", execution);
    }
    let times = &summary.times;
    let known = [("created", times.created_at), ("started", times.started_at), ("completed", times.completed_at)];
    let known: Vec<_> = known.into_iter().filter_map(|(name, time)| Some(format!("{name} {}", time?))).collect();
    if !known.is_empty() {
        add("times", &known.join(", "));
    }
    if !summary.parts.is_empty() {
        let parts: Vec<_> =
            summary.parts.iter().map(|part| format!("{} {}", part.category, part.classifier.unwrap_or("?"))).collect();
        let count = wording::counted(parts.len(), "part", "parts");
        add("parts", &format!("{count}: {}", parts.join(", ")));
    }
    add("flow", summary.flow);
    if let Some(error) = &summary.error {
        let status = error.status.map(|status| format!(", status {status}")).unwrap_or_default();
        add("at step", &format!("{}{status}", wording::step_name(error.step)));
    }
    if summary.exited != Exit::Passed {
        let safe = if summary.safe_to_retry { "safe" } else { "not safe" };
        if summary.error.is_some() {
            add("trying again", safe);
        }
    }
    add("what to do", &summary.what_to_do);
    lines
}

pub(super) fn stop(stop: &Stop) -> Vec<String> {
    let mut lines: Vec<String> = stop.messages.iter().map(|message| format!("error: {message}")).collect();
    if let Some(what_to_do) = &stop.what_to_do {
        lines.push(format!("what to do: {what_to_do}"));
    }
    lines
}

fn row(name: &str, text: &str) -> String {
    format!("  {name:<NAMES$} {text}")
}
