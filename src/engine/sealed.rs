//! The envelope of a saved plan: a head in clear, so that a refusal can be explained, and a body that is encrypted
//! and bound to that head.
//!
//! The key is one that was made for the state and lies beside it, or comes from a passphrase. Nothing here reads a
//! file or the environment or makes anything random: keys, salts and nonces are given. It refuses a file whose head or
//! body were changed, and cannot tell a wrong passphrase from that.

use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::diag::Diagnostic;

use super::codes;

/// The first word of the file, and its form; another number is refused.
const WORD: &str = "swarmform-plan";
const FORMAT: u32 = 2;

/// A key of XChaCha20-Poly1305.
pub type Key = Zeroizing<[u8; 32]>;

/// Where the key of a plan comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyOrigin {
    /// It lies beside the state; this says which one it is.
    State {
        /// The beginning of the key's hash.
        id: String,
    },
    /// It is derived from a passphrase with argon2id.
    Passphrase {
        /// The salt, base64.
        salt: String,
    },
}

/// What is told of a plan in clear.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Head {
    /// The version of swarmform that saved it.
    pub version: String,
    /// The workspace that it was made in.
    pub workspace: String,
    /// The lineage of the state that it was made from; empty before the first apply.
    pub lineage: String,
    /// The serial of that state.
    pub serial: u64,
    /// The digest of what would be done.
    pub digest: String,
    /// Where the key comes from.
    pub key: KeyOrigin,
    nonce: String,
}

/// A file that was read and not opened yet.
#[derive(Debug)]
pub struct Envelope {
    /// What is told in clear; not to be trusted before it is opened.
    pub head: Head,
    bound: String,
    body: Vec<u8>,
}

fn bad(detail: impl Into<String>) -> Diagnostic {
    Diagnostic::error(&codes::BAD_PLAN_FILE, detail)
}

/// Which key it is: enough to tell keys apart, and nothing to find one by.
pub fn key_id(key: &Key) -> String {
    let hash = Sha256::new()
        .chain_update(b"swarmform plan key ")
        .chain_update(key.as_slice())
        .finalize();
    HEXLOWER.encode(hash.get(..8).unwrap_or_default())
}

/// The key of a passphrase: argon2id of version 0x13 with 64 MiB, three passes and one lane.
pub fn derive(passphrase: &str, salt: &[u8]) -> Result<Key, Diagnostic> {
    let fault = |error: argon2::Error| bad(format!("The key cannot be derived: {error}."));
    let params = Params::new(64 * 1024, 3, 1, Some(32)).map_err(fault)?;
    let mut key = Key::new([0; 32]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(passphrase.as_bytes(), salt, key.as_mut_slice())
        .map_err(fault)?;
    Ok(key)
}

impl Head {
    /// A head without a nonce, which sealing adds.
    pub fn new((lineage, serial): (&str, u64), workspace: &str, digest: &str, key: KeyOrigin) -> Head {
        Head {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            workspace: workspace.to_owned(),
            lineage: lineage.to_owned(),
            serial,
            digest: digest.to_owned(),
            key,
            nonce: String::new(),
        }
    }

    /// The salt of the passphrase, if there is one.
    pub fn salt(&self) -> Option<Vec<u8>> {
        match &self.key {
            KeyOrigin::Passphrase { salt } => BASE64.decode(salt).ok(),
            KeyOrigin::State { .. } => None,
        }
    }
}

/// The file of a body: a line with the form, a line with the head, a line with the body. A nonce is for one file.
pub fn seal(mut head: Head, key: &Key, nonce: [u8; 24], body: &str) -> Result<String, Diagnostic> {
    head.nonce = BASE64.encode(nonce);
    let head = serde_json::to_string(&head).map_err(|error| bad(error.to_string()))?;
    let bound = format!("{WORD} {FORMAT}\n{head}\n");
    let payload = Payload {
        msg: body.as_bytes(),
        aad: bound.as_bytes(),
    };
    let sealed = cipher(key)?
        .encrypt(&XNonce::from(nonce), payload)
        .map_err(|_| bad("The plan is too large to be encrypted."))?;
    Ok(format!("{bound}{}\n", BASE64.encode(sealed)))
}

fn cipher(key: &Key) -> Result<XChaCha20Poly1305, Diagnostic> {
    XChaCha20Poly1305::new_from_slice(key.as_slice()).map_err(|error| bad(error.to_string()))
}

/// Reads a file as far as it can be read without its key.
pub fn read(text: &str) -> Result<Envelope, Diagnostic> {
    let mut lines = text.splitn(3, '\n');
    let first = lines.next().unwrap_or_default();
    let Some(format) = first.strip_prefix(WORD).filter(|rest| rest.starts_with(' ')) else {
        return Err(bad(format!(
            "The file is not a saved plan: it does not begin with \"{WORD}\"."
        )));
    };
    let format = format
        .split_whitespace()
        .next()
        .and_then(|word| word.parse().ok());
    if format != Some(FORMAT) {
        return Err(bad(
            "The saved plan has a form that this version does not know. Plan again with -out.",
        ));
    }
    let (Some(line), Some(body)) = (lines.next(), lines.next()) else {
        return Err(bad("The saved plan is cut off: it has no body."));
    };
    let head: Head = serde_json::from_str(line)
        .map_err(|_| bad("The saved plan was changed after it was written: its head cannot be read."))?;
    if head.version != env!("CARGO_PKG_VERSION") {
        return Err(bad(format!(
            "The plan was saved by version {}; this is version {}, which could plan differently.",
            head.version,
            env!("CARGO_PKG_VERSION")
        )));
    }
    let body = BASE64.decode(body.trim_end()).map_err(|_| {
        bad("The saved plan was changed after it was written, or is cut off: its body is no base64.")
    })?;
    Ok(Envelope {
        head,
        bound: format!("{first}\n{line}\n"),
        body,
    })
}

impl Envelope {
    /// The body.
    pub fn open(&self, key: &Key) -> Result<Zeroizing<String>, Diagnostic> {
        let nonce: Option<[u8; 24]> = BASE64
            .decode(&self.head.nonce)
            .ok()
            .and_then(|nonce| nonce.try_into().ok());
        let nonce = nonce.ok_or_else(|| bad("The saved plan was changed after it was written."))?;
        let payload = Payload {
            msg: &self.body,
            aad: self.bound.as_bytes(),
        };
        let opened = cipher(key)?.decrypt(&XNonce::from(nonce), payload).map_err(|_| {
            let why = match self.head.key {
                KeyOrigin::State { .. } => {
                    return bad(
                        "The saved plan was changed after it was written: it does not open with its key.",
                    );
                }
                KeyOrigin::Passphrase { .. } => {
                    "The saved plan does not open with the value of SWARMFORM_PLAN_KEY: \
                     it was saved with another one, or the file was changed since."
                }
            };
            Diagnostic::error(&codes::PLAN_KEY, why)
        })?;
        let text = String::from_utf8(opened).map_err(|_| bad("The saved plan is no text."))?;
        Ok(Zeroizing::new(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealed(key: &Key) -> String {
        let origin = KeyOrigin::State { id: key_id(key) };
        let head = Head::new(("line", 7), "default", "sha256:00", origin);
        seal(head, key, [9; 24], "planted-secret").unwrap()
    }

    #[test]
    fn what_was_sealed_opens_with_its_key_and_no_other() {
        let (key, other) = (Key::new([1; 32]), Key::new([2; 32]));
        let text = sealed(&key);
        let envelope = read(&text).unwrap();
        assert_eq!((&*envelope.head.lineage, envelope.head.serial), ("line", 7));
        assert_eq!(&**envelope.open(&key).unwrap(), "planted-secret");
        assert!(envelope.open(&other).is_err());
        assert_ne!(key_id(&key), key_id(&other));
    }

    #[test]
    fn no_byte_of_a_sealed_file_can_be_changed() {
        let key = Key::new([1; 32]);
        let text = sealed(&key);
        for at in 0..text.len() {
            let mut bytes = text.clone().into_bytes();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(bytes).unwrap();
            let opened = read(&changed).and_then(|envelope| envelope.open(&key));
            // The line break at the end belongs to nothing.
            assert!(opened.is_err(), "byte {at} of {text}");
        }
    }

    #[test]
    fn a_cut_off_file_is_told_so() {
        let text = sealed(&Key::new([1; 32]));
        for end in 0..text.len() - 1 {
            let opened = read(&text[..end]).and_then(|envelope| envelope.open(&Key::new([1; 32])));
            assert!(opened.is_err(), "{end}");
        }
    }

    #[test]
    fn a_passphrase_gives_one_key_with_one_salt() {
        let key = derive("correct horse battery", &[1; 16]).unwrap();
        assert_eq!(key, derive("correct horse battery", &[1; 16]).unwrap());
        assert_ne!(key, derive("correct horse battery", &[2; 16]).unwrap());
        assert_ne!(key, derive("correct horse batterz", &[1; 16]).unwrap());
    }
}
