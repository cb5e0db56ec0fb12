//! Who is asking: the `Authorization: giantswarm TOKEN` header, password hashes, and the forms of names. Tokens are
//! known by their SHA-256 hash alone; hashes are compared in constant time. Access rules are in `routes`.

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use axum::http::{HeaderMap, header};
use base64::Engine;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::platform::config::Hashing;
use crate::platform::core::Platform;
use crate::platform::error::Refusal;

/// What an organization's name must be, as a sentence.
pub const ORG_NAME_RULE: &str = "a name has 4 to 30 characters of a-z, 0-9 and _";

/// 4-30 of `[a-z0-9_]`.
pub fn org_name(name: &str) -> bool {
    (4..=30).contains(&name.len())
        && name
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

/// 1-64 of `[A-Za-z0-9_.-]`, the first a letter or digit: the form of a name that can be a member.
pub fn user_name(name: &str) -> bool {
    name.len() <= 64
        && name.bytes().next().is_some_and(|b| b.is_ascii_alphanumeric())
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-'))
}

/// Something, an at sign, something; no spaces or control characters; at most 254 bytes.
pub fn email_form(email: &str) -> bool {
    email.len() <= 254
        && !email.chars().any(|c| c.is_whitespace() || c.is_control())
        && email
            .split_once('@')
            .is_some_and(|(name, host)| !name.is_empty() && !host.is_empty() && !host.contains('@'))
}

/// The hash a token is stored under, in hexadecimal.
pub fn token_hash(token: &str) -> String {
    HEXLOWER.encode(&Sha256::digest(token.as_bytes()))
}

/// The token of the request, if the header has the right scheme (in any case).
fn token_of(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.trim().split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("giantswarm") && !token.is_empty()).then_some(token)
}

/// Who the request comes from.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The user's name.
    pub name: String,
    /// The hash of the token that was used.
    pub token: String,
}

/// The caller by the request's token.
///
/// # Errors
/// [`Refusal::Unauthorized`] without a token, or with an unknown or expired one.
pub fn caller(platform: &Platform, headers: &HeaderMap) -> Result<Caller, Refusal> {
    let hash = token_hash(token_of(headers).ok_or(Refusal::Unauthorized)?);
    let world = platform.read();
    let (stored, token) = world.token(&hash).ok_or(Refusal::Unauthorized)?;
    let same = bool::from(stored.as_bytes().ct_eq(hash.as_bytes()));
    if !same || token.expires <= platform.now() {
        return Err(Refusal::Unauthorized);
    }
    let name = token.user.clone();
    Ok(Caller { name, token: hash })
}

/// The argon2id hash of a password in PHC form.
///
/// # Errors
/// A sentence, when the parameters or the password are none that argon2 takes.
pub fn hash_password(cost: Hashing, salt: &[u8], password: &[u8]) -> Result<String, String> {
    let params = Params::new(cost.memory_kib, cost.passes, cost.lanes, None).map_err(|e| e.to_string())?;
    let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let hash: PasswordHash = argon
        .hash_password_with_salt(password, salt)
        .map_err(|e| e.to_string())?;
    Ok(hash.to_string())
}

/// Whether the password has that hash. The comparison is constant in time.
pub fn verify_password(hash: &str, password: &[u8]) -> bool {
    PasswordHash::new(hash).is_ok_and(|hash| Argon2::default().verify_password(password, &hash).is_ok())
}

/// The bytes of a password that came in base64, padded or not.
///
/// # Errors
/// Wrong input, naming the key alone.
pub fn decode_password(key: &str, encoded: &str) -> Result<Zeroizing<Vec<u8>>, Refusal> {
    const LENIENT: GeneralPurpose = GeneralPurpose::new(
        &base64::alphabet::STANDARD,
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
    );
    LENIENT
        .decode(encoded)
        .map(Zeroizing::new)
        .map_err(|_| Refusal::input(format!("{key} is not encoded in base64")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_known_by_its_hash_alone() {
        let hash = hash_password(Hashing::CHEAP, b"0123456789abcdef", b"f00bar").unwrap();
        assert!(hash.starts_with("$argon2id$"), "{hash}");
        assert!(verify_password(&hash, b"f00bar"));
        assert!(!verify_password(&hash, b"f00bar\n"));
    }

    #[test]
    fn names_have_their_forms() {
        assert!(org_name("bantic") && org_name("a_b4"));
        assert!(
            !org_name("abc") && !org_name("Bantic") && !org_name("ban-tic") && !org_name(&"a".repeat(31))
        );
        assert!(
            user_name("kord")
                && user_name("a.b-c_D9")
                && !user_name("")
                && !user_name("-x")
                && !user_name("a/b")
        );
        assert!(email_form("a@b") && !email_form("a") && !email_form("a@b@c") && !email_form("a b@c"));
    }

    #[test]
    fn the_scheme_of_the_token_is_known_in_any_case() {
        let check = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::AUTHORIZATION, value.parse().unwrap());
            token_of(&headers).map(str::to_owned)
        };
        assert_eq!(check("giantswarm abc").as_deref(), Some("abc"));
        assert_eq!(check("GiantSwarm  abc").as_deref(), Some("abc"));
        assert_eq!(check("Bearer abc"), None);
        assert_eq!(check("giantswarm"), None);
        assert_eq!(check("giantswarm "), None);
    }
}
