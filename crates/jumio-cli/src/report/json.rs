//! The objects of `--json` that are no flow's summary.

use serde_json::{Value, json};

use super::Handout;
use crate::stop::Stop;

/// Why the command stops without a flow to tell of.
pub(super) fn stop(stop: &Stop, simulated: bool) -> Value {
    json!({
        "simulated": simulated,
        "flow": stop.flow,
        "ending": null,
        "error": {
            "step": null,
            "status": null,
            "message": stop.messages.join("; "),
            "messages": stop.messages,
            "refusals": stop.refusals,
        },
        "safe_to_retry": true,
        "what_to_do": stop.what_to_do,
        "exit": stop.exit.name(),
        "exit_code": stop.exit.code(),
    })
}

/// What is needed before the flow is over.
pub(super) fn handout(flow: &str, handout: &Handout, simulated: bool) -> Value {
    json!({
        "simulated": simulated,
        "flow": flow,
        "link": handout.link,
        "sdk_token": handout.sdk_token,
        "expires_at": handout.expiry.at(),
    })
}
