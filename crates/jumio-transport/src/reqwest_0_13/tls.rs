//! Which servers are trusted, and by which code.
//!
//! The crypto provider is passed by value, so that no process-wide default is needed or changed. The roots are those of
//! Mozilla, compiled in: the same on every machine, also in an image without any, and nothing is read from the environment.
//! A company's own root is added by value.

use std::sync::Arc;

use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore};

use super::SetupError;

pub(super) fn config(
    provider: Option<Arc<CryptoProvider>>,
    extra_roots: &[Vec<u8>],
    own_certificate: Option<&[u8]>,
) -> Result<ClientConfig, SetupError> {
    let provider = provider.or_else(usual_provider).ok_or(SetupError::CryptoProvider)?;
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
    let config = ClientConfig::builder_with_provider(provider)
        // Jumio lists suites of TLS 1.2 alone (protocol 2.5), so 1.3 alone would not do.
        .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
        .map_err(|_| SetupError::Client)?
        .with_root_certificates(roots);
    let mut config = match own_certificate {
        None => config.with_no_client_auth(),
        Some(pem) => {
            let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
            let (Ok(chain), Ok(key)) = (chain, PrivateKeyDer::from_pem_slice(pem)) else {
                return Err(SetupError::ClientCertificate);
            };
            config.with_client_auth_cert(chain, key).map_err(|_| SetupError::ClientCertificate)?
        }
    };
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

#[cfg(feature = "rustls-ring")]
fn usual_provider() -> Option<Arc<CryptoProvider>> {
    Some(Arc::new(rustls::crypto::ring::default_provider()))
}

#[cfg(not(feature = "rustls-ring"))]
fn usual_provider() -> Option<Arc<CryptoProvider>> {
    CryptoProvider::get_default().cloned()
}
