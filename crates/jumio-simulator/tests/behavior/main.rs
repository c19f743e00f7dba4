//! What the simulator does beside the straight way: refusals, time, restarts, callbacks, faults, the hosted page.

#![expect(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod callbacks;
mod chosen;
mod client;
mod control;
mod faults;
mod fixture_shapes;
mod memory;
mod new_calls;
mod page;
mod persistence;
mod program;
mod refusals;
mod requests;
mod run;
mod services;
mod time;
mod tokens;
mod uploads;
#[path = "../wire/mod.rs"]
mod wire;

use std::time::Duration;

use jumio_simulator::{Builder, Simulator};

use client::Client;

const MINUTE: Duration = Duration::from_secs(60);
/// Shorter than any token lives.
const PROCESSING: Duration = Duration::from_secs(10 * 60);
const HOUR: Duration = Duration::from_secs(3600);

/// Starts it so that nothing happens by itself: processing ends when the test moves the clock.
async fn start(builder: Builder) -> (Simulator, Client) {
    let simulator = builder.processing_delay(PROCESSING).start().await.unwrap();
    let client = sign_in(&simulator);
    (simulator, client)
}

fn sign_in(simulator: &Simulator) -> Client {
    Client::new(simulator.base_url(), simulator.client_id(), simulator.client_secret())
}
