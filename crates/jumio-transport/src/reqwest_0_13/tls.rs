//! Which servers are trusted, and by which code.
//!
//! The crypto provider is passed by value, so that no process-wide default is needed or changed. The roots are those of
//! Mozilla, compiled in: the same on every machine, also in an image without any, and nothing is read from the environment.
//! A company's own root is added by value.

use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};

use super::SetupError;

pub(super) fn config(extra_roots: &[Vec<u8>]) -> Result<ClientConfig, SetupError> {
    let mut roots: RootCertStore = webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect();
    for pem in extra_roots {
        let before = roots.len();
        for certificate in CertificateDer::pem_slice_iter(pem) {
            let certificate = certificate.map_err(|_| SetupError::RootCertificate)?;
            roots.add(certificate).map_err(|_| SetupError::RootCertificate)?;
        }
        if roots.len() == before {
            return Err(SetupError::RootCertificate);
        }
    }
    let mut config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        // Jumio lists suites of TLS 1.2 alone (protocol 2.5), so 1.3 alone would not do.
        .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
        .map_err(|_| SetupError::Client)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}
