//! The hosted page in Chromium: what a person sees, does and is told, and what the site around it learns.

#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test fails by panicking")]

mod endings;
mod handing_in;
mod layout;

use std::path::PathBuf;

use jumio_browser_tests::{Tenant, document};
use jumio_simulator::{Builder, Simulator};

/// The field for the pages of a document.
const FILE: &str = "#file-file";
const NAMES: &str = ".page .name";

async fn start(builder: Builder) -> (Simulator, Tenant) {
    let simulator = builder.start().await.unwrap();
    let tenant = Tenant::of(&simulator).await;
    (simulator, tenant)
}

fn png() -> PathBuf {
    document("utility-bill.png")
}

fn jpeg() -> PathBuf {
    document("utility-bill-page-2.jpg")
}

fn pdf() -> PathBuf {
    document("bank-statement.pdf")
}
