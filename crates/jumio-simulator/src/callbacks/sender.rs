//! The HTTP client that sends callbacks, one for each address that they come from. It is made with the first callback, not
//! at the start: most simulators of a test suite send none.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use reqwest::Client;
use reqwest::redirect::Policy;
use rustls::crypto::{CryptoProvider, ring};

/// So much of a receiver's answer is kept.
const LONGEST_ANSWER: usize = 2048;

/// Sends POSTs.
pub(crate) struct Sender {
    timeout: Duration,
    clients: Mutex<HashMap<Option<IpAddr>, Client>>,
}

/// What came of one attempt.
pub(super) struct Outcome {
    /// A status code, or why there was none.
    pub(super) answer: String,
    pub(super) succeeded: bool,
    pub(super) body: Option<String>,
}

impl Sender {
    pub(crate) fn new(timeout: Duration) -> Self {
        Self { timeout, clients: Mutex::default() }
    }

    /// Sends it once, and says how that went.
    pub(super) async fn post(&self, url: &str, source: Option<IpAddr>, body: String) -> Outcome {
        let failed = |answer: &str| Outcome { answer: answer.to_owned(), succeeded: false, body: None };
        let Ok(client) = self.client(source) else {
            return failed("the simulator cannot make an HTTP client");
        };
        let request =
            client.post(url).header("x-simulated", "SIMULATED").header("content-type", "application/json").body(body);
        match request.send().await {
            Ok(mut response) => {
                let status = response.status();
                let mut said = Vec::new();
                while said.len() < LONGEST_ANSWER
                    && let Ok(Some(chunk)) = response.chunk().await
                {
                    said.extend_from_slice(&chunk);
                }
                said.truncate(LONGEST_ANSWER);
                let said = String::from_utf8_lossy(&said).into_owned();
                Outcome {
                    answer: status.as_u16().to_string(),
                    succeeded: status.is_success(),
                    body: Some(said).filter(|said| !said.is_empty()),
                }
            }
            Err(error) if error.is_timeout() => failed("no answer in time"),
            Err(error) if error.is_connect() => failed("no connection"),
            Err(_) => failed("failed"),
        }
    }

    fn client(&self, source: Option<IpAddr>) -> reqwest::Result<Client> {
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = clients.get(&source) {
            return Ok(client.clone());
        }
        let client = new_client(self.timeout, source)?;
        clients.insert(source, client.clone());
        Ok(client)
    }
}

/// A client that follows no redirect and looks at no proxy setting.
fn new_client(timeout: Duration, source: Option<IpAddr>) -> reqwest::Result<Client> {
    if CryptoProvider::get_default().is_none() {
        // Fails only where somebody else chose one in between, which serves as well.
        let _ = ring::default_provider().install_default();
    }
    Client::builder()
        .user_agent(concat!("jumio-simulator/", env!("CARGO_PKG_VERSION"), " (SIMULATED)"))
        .redirect(Policy::none())
        .no_proxy()
        .timeout(timeout)
        .local_address(source)
        .build()
}
