//! `[[fault]]`: what goes wrong with the calls of an endpoint.

use super::{ScenarioError, Section};
use crate::faults::{Fault, FaultKind};

pub(super) fn read(root: &Section<'_>) -> Result<Vec<Fault>, ScenarioError> {
    root.sections("fault")?.iter().map(fault).collect()
}

fn fault(section: &Section<'_>) -> Result<Fault, ScenarioError> {
    let endpoint = section.required_text("endpoint")?;
    let mut fault = Fault::new(&endpoint, kind(section)?);
    if let Some(skip) = section.count("skip")? {
        fault = fault.skip(skip);
    }
    if let Some(times) = section.count("times")? {
        fault = fault.times(times);
    }
    if section.flag("always")? == Some(true) {
        fault = fault.always();
    }
    section.finish()?;
    Ok(fault)
}

fn kind(section: &Section<'_>) -> Result<FaultKind, ScenarioError> {
    let kind = section.required_text("kind")?;
    Ok(match kind.as_str() {
        "status" => {
            let status = section.count("status")?.and_then(|status| u16::try_from(status).ok());
            let status = status
                .filter(|status| (100..1000).contains(status))
                .ok_or_else(|| section.problem("status", "must be an HTTP status such as 503"))?;
            let title = section.text("title")?.unwrap_or_else(|| "Error".to_owned());
            FaultKind::problem(status, &title, &section.text("detail")?.unwrap_or_default())
        }
        "delay" => {
            let wait = section.duration("wait")?.ok_or_else(|| section.problem("wait", "is required"))?;
            FaultKind::Delay(wait)
        }
        "reset-before" => FaultKind::ResetBefore,
        "reset-after" => FaultKind::ResetAfter,
        "garbage" => FaultKind::Garbage(section.text("body")?.unwrap_or_default().into_bytes()),
        _ => {
            return Err(section.problem("kind", "must be one of status, delay, reset-before, reset-after, garbage"));
        }
    })
}
