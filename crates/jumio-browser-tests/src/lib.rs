//! What the tests and screenshots of the simulator's pages need: a browser, a tenant that starts transactions, and a site
//! that embeds the page and is redirected to. The tests themselves are in `tests/`.
//!
//! `cargo xtask test browser` installs Chromium and runs them.

#![cfg(feature = "browser")]
#![expect(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test fails by panicking")]

mod axe;
mod browser;
mod driver;
mod site;
mod tenant;

pub use browser::{Browser, with_browser};
pub use site::{Site, Visit};
pub use tenant::{Started, Tenant, doc_proof};

use std::path::PathBuf;

/// A sample document of the repository.
pub fn document(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/documents").join(name)
}

/// Names the cryptography for every HTTP client here. No call of these tests is encrypted, but a client wants it named.
fn name_cryptography() {
    // A second time is refused, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
}
