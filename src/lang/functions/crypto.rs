//! Hashes, identifiers, and decryption.
//!
//! It draws no randomness itself: that comes through the scope, and while planning there is none.

use md5::{Digest, Md5};
use num_bigint::BigUint;
use sha1::Sha1;
use sha2::{Sha256, Sha512};
use uuid::Uuid;

use crate::value::{Type, Value};

use super::Answer;
use super::args::{Args, failed};
use super::encoding::{from_base64, to_base64};

fn hash<D: Digest>(bytes: &[u8]) -> Vec<u8> {
    D::digest(bytes).to_vec()
}

/// A hash function by the name of its language function.
pub(super) fn digest(name: &str, bytes: &[u8]) -> Vec<u8> {
    if name.contains("md5") {
        hash::<Md5>(bytes)
    } else if name.contains("sha512") {
        hash::<Sha512>(bytes)
    } else if name.contains("sha256") {
        hash::<Sha256>(bytes)
    } else {
        hash::<Sha1>(bytes)
    }
}

/// Bytes as hexadecimal digits, or as Base64 where the function's name says so.
pub(super) fn shown(name: &str, bytes: &[u8]) -> Value {
    if name.contains("base64") {
        return to_base64(bytes);
    }
    Value::string(data_encoding::HEXLOWER.encode(bytes))
}

pub(super) fn of_text(args: &Args<'_>, _: &Type) -> Answer<Value> {
    let name = args.function.name;
    Ok(shown(name, &digest(name, args.text(0).as_bytes())))
}

pub(super) fn bcrypt(args: &Args<'_>, ty: &Type) -> Answer<Value> {
    if args.len() > 2 {
        return failed("it takes at most two arguments");
    }
    let cost = if args.len() == 2 { args.whole(1)? } else { 10 };
    let Some(cost) = u32::try_from(cost).ok().filter(|cost| (4..=31).contains(cost)) else {
        return args.fault(1, "a cost is a whole number from 4 to 31");
    };
    let Some(effects) = args.surroundings.scope.effects() else {
        return Ok(Value::unknown(ty.clone()).refine_not_null());
    };
    let text = args.text(0);
    if text.len() > 72 {
        return args.fault(0, "a password of more than 72 bytes cannot be hashed");
    }
    match bcrypt::hash_with_salt(text, cost, effects.salt()) {
        Ok(parts) => Ok(Value::string(parts.format_for_version(bcrypt::Version::TwoA))),
        Err(_) => failed("the password cannot be hashed"),
    }
}

pub(super) fn uuid(args: &Args<'_>, ty: &Type) -> Answer<Value> {
    Ok(match args.surroundings.scope.effects() {
        Some(effects) => Value::string(effects.uuid()),
        None => Value::unknown(ty.clone()).refine_not_null(),
    })
}

pub(super) fn uuidv5(args: &Args<'_>, _: &Type) -> Answer<Value> {
    let space = match args.text(0) {
        "dns" => Uuid::NAMESPACE_DNS,
        "url" => Uuid::NAMESPACE_URL,
        "oid" => Uuid::NAMESPACE_OID,
        "x500" => Uuid::NAMESPACE_X500,
        other => match Uuid::parse_str(other) {
            Ok(space) => space,
            Err(_) => {
                return failed("a namespace is \"dns\", \"url\", \"oid\", \"x500\" or a UUID");
            }
        },
    };
    Ok(Value::string(
        Uuid::new_v5(&space, args.text(1).as_bytes()).to_string(),
    ))
}

/// RSA with PKCS #1 version 1.5 padding, by a key in PEM form.
pub(super) fn rsadecrypt(args: &Args<'_>, _: &Type) -> Answer<Value> {
    let Some(cipher) = from_base64(args.text(0)) else {
        return args.fault(0, "it is not valid Base64");
    };
    let Some(key) = private_key(args.text(1)) else {
        return args.fault(1, "it is not an RSA private key in PEM form without a passphrase");
    };
    let length = usize::try_from(key.modulus.bits().div_ceil(8)).unwrap_or(0);
    let message = BigUint::from_bytes_be(&cipher);
    if cipher.len() != length || message >= key.modulus {
        return failed("the ciphertext was not made for this key");
    }
    let plain = message.modpow(&key.exponent, &key.modulus).to_bytes_be();
    // The padding is 00 02, at least eight bytes that are not zero, and a zero; the first byte is left out here.
    let text = match plain.split_first() {
        Some((2, rest)) if plain.len() + 1 == length => rest
            .iter()
            .position(|byte| *byte == 0)
            .filter(|at| *at >= 8)
            .and_then(|at| rest.get(at + 1..)),
        _ => None,
    };
    match text.map(|bytes| String::from_utf8(bytes.to_vec())) {
        Some(Ok(text)) => Ok(Value::string(text)),
        Some(Err(_)) => failed("the decrypted bytes are not valid UTF-8"),
        None => failed("the ciphertext was not made for this key"),
    }
}

struct Key {
    modulus: BigUint,
    exponent: BigUint,
}

fn private_key(pem: &str) -> Option<Key> {
    let (_, rest) = pem.split_once("-----BEGIN ")?;
    let (label, rest) = rest.split_once("-----")?;
    let (body, _) = rest.split_once("-----END ")?;
    let der = from_base64(&body.split_whitespace().collect::<String>())?;
    let (_, mut fields, _) = der_item(&der)?;
    if label == "PRIVATE KEY" {
        // Version, algorithm, and the key itself inside a string of bytes.
        let (_, _, rest) = der_item(fields)?;
        let (_, _, rest) = der_item(rest)?;
        let (_, key, _) = der_item(rest)?;
        fields = der_item(key)?.1;
    } else if label != "RSA PRIVATE KEY" {
        return None;
    }
    let (_, _, rest) = der_item(fields)?;
    let (_, modulus, rest) = der_item(rest)?;
    let (_, _, rest) = der_item(rest)?;
    let (_, exponent, _) = der_item(rest)?;
    let modulus = BigUint::from_bytes_be(modulus);
    if modulus.bits() < 16 {
        return None;
    }
    Some(Key {
        modulus,
        exponent: BigUint::from_bytes_be(exponent),
    })
}

/// Tag, content and what follows, of one item in DER.
fn der_item(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (tag, rest) = bytes.split_first()?;
    let (length, rest) = rest.split_first()?;
    let (length, rest) = if *length < 0x80 {
        (usize::from(*length), rest)
    } else {
        let count = usize::from(*length & 0x7F);
        let (digits, rest) = rest.split_at_checked(count).filter(|_| count <= 4)?;
        let length = digits
            .iter()
            .fold(0_usize, |length, digit| length << 8 | usize::from(*digit));
        (length, rest)
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((*tag, content, rest))
}
