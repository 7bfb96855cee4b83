//! Roots and client configurations.

use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};

use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;

/// Whom TLS trusts: the roots of Mozilla, and further ones. Clones share one
/// configuration, and so the sessions that servers let one resume.
#[derive(Debug, Clone, Default)]
pub struct Tls {
    /// Certificates in PEM.
    extra: Option<Arc<[u8]>>,
}

/// Configurations in use by what they trust besides.
type Known = Vec<(Arc<[u8]>, Weak<ClientConfig>)>;

impl Tls {
    /// With the certificates of a PEM file besides.
    pub fn with_roots(pem: &[u8]) -> Tls {
        Tls {
            extra: Some(pem.into()),
        }
    }

    /// The configuration, without ALPN.
    pub(crate) fn config(&self) -> Result<Arc<ClientConfig>, String> {
        static DEFAULT: OnceLock<Arc<ClientConfig>> = OnceLock::new();
        static KNOWN: Mutex<Known> = Mutex::new(Vec::new());
        let Some(extra) = &self.extra else {
            if let Some(config) = DEFAULT.get() {
                return Ok(config.clone());
            }
            let config = build(&[])?;
            return Ok(DEFAULT.get_or_init(|| config).clone());
        };
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|(_, config)| config.strong_count() > 0);
        let found = known.iter().find(|(pem, _)| pem == extra);
        if let Some(config) = found.and_then(|(_, config)| config.upgrade()) {
            return Ok(config);
        }
        let config = build(extra)?;
        known.push((extra.clone(), Arc::downgrade(&config)));
        Ok(config)
    }
}

fn build(extra: &[u8]) -> Result<Arc<ClientConfig>, String> {
    let mut roots = RootCertStore::from_iter(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    for certificate in CertificateDer::pem_slice_iter(extra) {
        let certificate = certificate.map_err(|error| error.to_string())?;
        roots.add(certificate).map_err(|error| error.to_string())?;
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(config))
}
