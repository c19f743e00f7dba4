//! `--log`: what our own libraries tell while they work. Those below them stay silent: an HTTP stack's log holds headers.

use std::io;

use tracing::Level;
use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::format::FmtSpan;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

const OURS: [&str; 7] =
    ["jumio", "jumio_auth", "jumio_callback", "jumio_flow", "jumio_simulator", "jumio_store", "jumio_transport"];

/// Begins, where it was asked for.
pub(crate) fn start(level: Option<Level>) {
    let Some(level) = level else { return };
    let ours = OURS.iter().fold(Targets::new(), |targets, ours| targets.with_target(*ours, level));
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(io::stderr)
        .with_ansi(false)
        .with_span_events(FmtSpan::CLOSE)
        .log_internal_errors(false)
        .with_filter(ours);
    // Fails only where another one was set, and nothing else here sets one.
    let _ = tracing_subscriber::registry().with(lines).try_init();
}
