//! Whom the adapter trusts. Certificates are made anew in each run.

use std::sync::Arc;

use jumio_transport::{ReqwestTransport, SetupError, Transport as _, TransportErrorKind as Kind};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{WantsServerCert, WebPkiClientVerifier};
use rustls::{ClientConfig, ConfigBuilder, RootCertStore, ServerConfig, SupportedProtocolVersion};
use tokio::io::AsyncWriteExt as _;
use tokio_rustls::TlsAcceptor;

use crate::server::Server;
use crate::{OK, post, transport};

pub(crate) struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    pub(crate) fn pem(&self) -> String {
        self.0.pem()
    }

    /// A server on this machine with a certificate for `name`.
    async fn server(&self, name: &str, expired: bool, versions: &[&'static SupportedProtocolVersion]) -> Server {
        let config = ServerConfig::builder_with_provider(provider()).with_protocol_versions(versions).unwrap();
        self.serve(config.with_no_client_auth(), name, expired).await
    }

    /// A server that wants to see a certificate of this authority.
    async fn server_that_asks(&self, version: &'static SupportedProtocolVersion) -> Server {
        let mut roots = RootCertStore::empty();
        roots.add(self.0.der().clone()).unwrap();
        let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider()).build().unwrap();
        let config = ServerConfig::builder_with_provider(provider()).with_protocol_versions(&[version]).unwrap();
        self.serve(config.with_client_cert_verifier(verifier), "localhost", false).await
    }

    /// A client's certificate and its key.
    fn client_pem(&self) -> String {
        let key = KeyPair::generate().unwrap();
        let certificate = CertificateParams::new(Vec::new()).unwrap().signed_by(&key, &self.0).unwrap();
        certificate.pem() + &key.serialize_pem()
    }

    /// Accepts connections that are to speak HTTP/2, as `localhost`.
    pub(crate) fn http2(&self) -> TlsAcceptor {
        let config = ServerConfig::builder_with_provider(provider()).with_safe_default_protocol_versions().unwrap();
        let mut config = self.certified(config.with_no_client_auth(), "localhost", false);
        config.alpn_protocols = vec![b"h2".to_vec()];
        TlsAcceptor::from(Arc::new(config))
    }

    fn certified(
        &self,
        config: ConfigBuilder<ServerConfig, WantsServerCert>,
        name: &str,
        expired: bool,
    ) -> ServerConfig {
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        if expired {
            params.not_after = rcgen::date_time_ymd(2001, 1, 1);
            params.not_before = rcgen::date_time_ymd(2000, 1, 1);
        }
        let key = KeyPair::generate().unwrap();
        let certificate: CertificateDer<'static> = params.signed_by(&key, &self.0).unwrap().into();
        config.with_single_cert(vec![certificate], PrivateKeyDer::try_from(key.serialize_der()).unwrap()).unwrap()
    }

    async fn serve(&self, config: ConfigBuilder<ServerConfig, WantsServerCert>, name: &str, expired: bool) -> Server {
        let acceptor = TlsAcceptor::from(Arc::new(self.certified(config, name, expired)));
        Server::start(move |stream, requests| {
            let acceptor = acceptor.clone();
            async move {
                if let Ok(mut stream) = acceptor.accept(stream).await {
                    requests.read(&mut stream).await;
                    stream.write_all(OK.as_bytes()).await.unwrap();
                    let _ = stream.shutdown().await;
                }
            }
        })
        .await
    }
}

fn provider() -> Arc<rustls::crypto::CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

/// A configuration for a client that the test makes itself.
pub(crate) fn any_config() -> ClientConfig {
    ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth()
}

#[tokio::test]
async fn a_root_that_was_added_is_trusted_in_both_versions() {
    let authority = Authority::new();
    let transport = ReqwestTransport::builder().root_certificate_pem(authority.pem()).build().unwrap();
    for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
        let server = authority.server("localhost", false, &[version]).await;
        let url = format!("https://localhost:{}/", server.address.port());
        assert_eq!(transport.send(post(&url, "x")).await.unwrap().body(), "ok");
    }
}

/// Proves S10.
#[tokio::test]
async fn any_doubt_closes_the_connection_before_the_request() {
    let authority = Authority::new();
    let trusting = ReqwestTransport::builder().root_certificate_pem(authority.pem()).build().unwrap();
    let unknown = (transport(), authority.server("localhost", false, rustls::ALL_VERSIONS).await);
    let expired = (trusting.clone(), authority.server("localhost", true, rustls::ALL_VERSIONS).await);
    let other_host = (trusting.clone(), authority.server("jumio.example", false, rustls::ALL_VERSIONS).await);
    let old = (
        trusting.clone(),
        Server::start(|mut stream, _| async move {
            // A ServerHello of TLS 1.1, with a suite of that time.
            let mut hello = vec![0x16, 3, 2, 0, 42, 2, 0, 0, 38, 3, 2];
            hello.extend([7; 32]);
            hello.extend([0, 0xc0, 0x13, 0]);
            stream.write_all(&hello).await.unwrap();
            // Until the client has had enough.
            let _ = tokio::io::copy(&mut stream, &mut tokio::io::sink()).await;
        })
        .await,
    );
    let plain = (
        trusting,
        Server::start(|mut stream, _| async move {
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        })
        .await,
    );
    for (transport, server) in [unknown, expired, other_host, old, plain] {
        let url = format!("https://localhost:{}/", server.address.port());
        let error = transport.send(post(&url, "x")).await.unwrap_err();
        assert_eq!((error.kind(), error.may_have_been_processed()), (Kind::Tls, false), "{error:?}");
        assert_eq!(server.requests().len(), 0);
    }
}

#[tokio::test]
async fn a_client_certificate_is_shown_to_a_server_that_asks() {
    let authority = Authority::new();
    let trusting = || ReqwestTransport::builder().root_certificate_pem(authority.pem());
    for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
        let server = authority.server_that_asks(version).await;
        let url = format!("https://localhost:{}/", server.address.port());
        let with = trusting().client_certificate_pem(authority.client_pem()).build().unwrap();
        assert_eq!(with.send(post(&url, "x")).await.unwrap().body(), "ok");
        // Of another authority, or none at all.
        let foreign = trusting().client_certificate_pem(Authority::new().client_pem()).build().unwrap();
        for without in [foreign, trusting().build().unwrap()] {
            assert!(without.send(post(&url, "x")).await.is_err());
        }
        assert_eq!(server.requests().len(), 1);
    }
    let no_key = trusting().client_certificate_pem(authority.pem()).build();
    assert_eq!(no_key.unwrap_err(), SetupError::ClientCertificate);
}
