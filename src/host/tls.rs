//! The cryptography that TLS uses.

use std::sync::Once;

/// Chooses ring for all TLS of the process. To be called before the first client or server is made; calling it
/// again changes nothing.
pub fn install_crypto() {
    static INSTALLED: Once = Once::new();
    // It fails only if a provider was installed before, which then stays.
    INSTALLED.call_once(|| drop(rustls::crypto::ring::default_provider().install_default()));
}
