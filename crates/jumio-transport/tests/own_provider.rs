//! Whose code encrypts: the caller's own crypto provider, by value or installed for the process.
//!
//! All tests together have the feature `rustls-ring`, so `cargo xtask check features` runs this file once more without it.

#![expect(
    clippy::unwrap_used,
    reason = "a test may fail where it stands; clippy knows test functions, not their helpers"
)]

use std::sync::Arc;

use http::Request;
use jumio_model::endpoint::Body;
use jumio_transport::{ReqwestTransport, Transport as _};
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::PrivateKeyDer;
use rustls::{CipherSuite, ServerConfig};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

/// No provider puts this one first, so it is chosen only where there is no other.
const OWN: CipherSuite = CipherSuite::TLS13_CHACHA20_POLY1305_SHA256;

fn own() -> CryptoProvider {
    let mut provider = ring::default_provider();
    provider.cipher_suites.retain(|suite| suite.suite() == OWN);
    provider
}

/// Answers one call, and says how it was encrypted.
struct Server {
    url: String,
    certificate: String,
    answering: JoinHandle<CipherSuite>,
}

impl Server {
    async fn start() -> Self {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key)
            .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("https://localhost:{}/", listener.local_addr().unwrap().port());
        let answering = tokio::spawn(async move {
            let (stream, _) = listener.accept().await.unwrap();
            let mut stream = TlsAcceptor::from(Arc::new(config)).accept(stream).await.unwrap();
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                head.push(stream.read_u8().await.unwrap());
            }
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").await.unwrap();
            stream.shutdown().await.unwrap();
            stream.get_ref().1.negotiated_cipher_suite().unwrap().suite()
        });
        Self { url, certificate: made.cert.pem(), answering }
    }

    /// Calls it, and says how it was encrypted.
    async fn call(self, provider: Option<CryptoProvider>) -> CipherSuite {
        let mut builder = ReqwestTransport::builder().root_certificate_pem(self.certificate);
        if let Some(provider) = provider {
            builder = builder.crypto_provider(Arc::new(provider));
        }
        let request = Request::get(self.url).body(Body::empty()).unwrap();
        assert_eq!(builder.build().unwrap().send(request).await.unwrap().body(), "ok");
        self.answering.await.unwrap()
    }
}

#[tokio::test]
async fn a_provider_by_value_encrypts() {
    assert_eq!(Server::start().await.call(Some(own())).await, OWN);
    assert_ne!(Server::start().await.call(Some(ring::default_provider())).await, OWN);
}

#[cfg(not(feature = "rustls-ring"))]
#[tokio::test]
async fn the_provider_of_the_process_encrypts_and_without_one_nothing_is_sent() {
    use jumio_transport::SetupError;

    assert_eq!(ReqwestTransport::new().unwrap_err(), SetupError::CryptoProvider);
    own().install_default().unwrap();
    assert_eq!(Server::start().await.call(None).await, OWN);
}

#[cfg(feature = "rustls-ring")]
#[tokio::test]
async fn with_the_feature_no_provider_of_the_process_is_needed_or_asked() {
    assert_ne!(Server::start().await.call(None).await, OWN);
    own().install_default().unwrap();
    assert_ne!(Server::start().await.call(None).await, OWN);
}
