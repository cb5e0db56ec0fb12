//! TLS by certificate and key files. It reads the files once, at the start, and chooses no ciphers of its own.

use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::platform::error::PlatformError;

/// The server's side of TLS 1.2 and 1.3, with the chain in `cert` and its key in `key`, both PEM.
///
/// # Errors
/// If a file cannot be read, holds no certificate or key, or the two do not belong together.
pub fn config(cert: &Path, key: &Path) -> Result<Arc<rustls::ServerConfig>, PlatformError> {
    let what = |name: &str, path: &Path| format!("use the {name} file {path:?}");
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_file_iter(cert)
        .and_then(Iterator::collect)
        .map_err(|e| PlatformError::io(what("certificate", cert), e))?;
    if chain.is_empty() {
        let cause = "it holds no certificate in PEM form";
        return Err(PlatformError::io(what("certificate", cert), cause));
    }
    let secret = PrivateKeyDer::from_pem_file(key).map_err(|e| PlatformError::io(what("key", key), e))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|e| PlatformError::io("set up TLS", e))?
        .with_no_client_auth()
        .with_single_cert(chain, secret)
        .map_err(|e| PlatformError::io(what("key", key), e))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(cert: &str, key: &str) -> Result<(), String> {
        let dir = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/tls"));
        config(&dir.join(cert), &dir.join(key))
            .map(drop)
            .map_err(|e| e.to_string())
    }

    #[test]
    fn a_certificate_and_its_key_are_taken_and_anything_else_is_refused_with_its_file() {
        assert_eq!(check("cert.pem", "key.pem"), Ok(()));
        for (cert, key, named) in [
            ("absent.pem", "key.pem", "absent.pem"),
            ("cert.pem", "absent.pem", "absent.pem"),
            ("key.pem", "key.pem", "no certificate"),
            ("cert.pem", "cert.pem", "key file"),
        ] {
            let error = check(cert, key).unwrap_err();
            assert!(error.contains(named), "{error}");
        }
    }
}
