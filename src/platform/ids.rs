//! Where tokens, salts and instance identifiers come from. A port, so that a test can foresee them; the platform's
//! own source is the system's random generator.

use rand::RngExt;

/// A source of identifiers and secrets.
pub trait Ids: Send + Sync + 'static {
    /// Sixteen bytes nobody can guess: for salts, tokens and passwords.
    fn secret(&self) -> [u8; 16];

    /// Twelve characters of `[a-z0-9]`, as in `by3we1wr77b7`. Uniqueness is the caller's to check.
    fn instance(&self) -> String;

    /// The name of a request in the log and in its `X-Request-ID` header.
    fn request(&self) -> String {
        random_name()
    }

    /// A token in the shape of a version 4 UUID.
    fn token(&self) -> String {
        uuid::Builder::from_random_bytes(self.secret())
            .into_uuid()
            .to_string()
    }
}

/// The thread's cryptographic generator, seeded by the system.
#[derive(Debug, Clone, Copy)]
pub struct RandomIds;

impl Ids for RandomIds {
    fn secret(&self) -> [u8; 16] {
        rand::random()
    }

    fn instance(&self) -> String {
        random_name()
    }
}

fn random_name() -> String {
    const SIGNS: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789";
    let mut rng = rand::rng();
    let pick = |_| {
        SIGNS
            .get(rng.random_range(0..SIGNS.len()))
            .map(|sign| char::from(*sign))
    };
    (0..12).filter_map(pick).collect()
}
