//! The live test against the simulator: it comes to its end, sees what it is there to see, and tells no secret.

use anyhow::{Context as _, Result, bail};

use super::Running;
use crate::live;

/// Fewer facts would mean that something was not looked at.
const LEAST_FACTS: usize = 20;

pub(super) fn run(simulator: &mut Running) -> Result<()> {
    let folder = tempfile::tempdir().context("cannot make a temporary folder")?;
    let out = folder.path().join("report.toml");
    let mut probe = live::command();
    probe.args(["--base-url", &simulator.ready.base_url, "--delete", "--pause", "0.1", "--out"]).arg(&out);
    probe
        .env("JUMIO_CLIENT_ID", &simulator.ready.client_id)
        .env("JUMIO_CLIENT_SECRET", &simulator.ready.client_secret)
        .env("JUMIO_USER_AGENT", "Acme KYC/1.0");
    simulator.meet("cargo xtask live --base-url …", &mut probe)?;
    let report = std::fs::read_to_string(&out).context("the live test wrote no report")?;
    let facts = report.matches("[[fact]]").count();
    if facts < LEAST_FACTS || !report.contains("simulated = true") {
        bail!("the report has {facts} facts, expected {LEAST_FACTS} or more of a simulated run:\n{report}");
    }
    for secret in [&simulator.ready.client_id, &simulator.ready.client_secret] {
        if report.contains(secret) {
            bail!("the report holds the client's credentials");
        }
    }
    // A token's first characters, an id's form.
    let uuid = report.as_bytes().windows(36).any(|text| {
        text.iter().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
    });
    if uuid || report.contains("eyJ") || report.contains("http://") {
        bail!("the report holds an id, a token or an address:\n{report}");
    }
    Ok(())
}
