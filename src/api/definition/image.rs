//! Image names: `[registry/][namespace/]repository[:tag]`.
//!
//! The rules are those of the original platform, which are narrower than Docker's: at most three parts, no
//! digest, a namespace of 4 to 30 letters. No tag is filled in: `nginx` and `nginx:latest` differ.

use std::fmt;

/// An image name in its parts; an absent part is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Image {
    /// `registry.example.com:5000`, or empty.
    pub registry: String,
    /// `bantic`, or empty.
    pub namespace: String,
    /// `helloworld`.
    pub repository: String,
    /// `1.0`, or empty.
    pub tag: String,
}

impl Image {
    /// Reads an image name; the error says what is wrong and ends with the format.
    pub fn parse(text: &str) -> Result<Image, String> {
        parts(text).map_err(|reason| {
            format!("{reason}: not a valid image, the format is [registry/][namespace/]repository[:tag]")
        })
    }

    /// The name without its tag, by which two images are the same but for their version.
    pub fn name(&self) -> String {
        let mut name = String::new();
        for part in [&self.registry, &self.namespace] {
            if !part.is_empty() {
                name.push_str(part);
                name.push('/');
            }
        }
        name + &self.repository
    }
}

impl fmt::Display for Image {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name())?;
        if self.tag.is_empty() {
            return Ok(());
        }
        write!(f, ":{}", self.tag)
    }
}

/// Whether the text is a tag, such as stands in the path of a version update.
pub fn is_tag(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_'))
}

fn is_namespace(text: &str) -> bool {
    (4..=30).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

fn is_repository(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|byte| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'.' | b'_')
        })
}

fn parts(text: &str) -> Result<Image, String> {
    if text.is_empty() {
        return Err("the image name is empty".to_owned());
    }
    if text.contains(' ') {
        return Err("no spaces are allowed".to_owned());
    }
    let pieces: Vec<&str> = text.split('/').collect();
    let (registry, namespace, last) = match pieces.as_slice() {
        [last] => (None, None, *last),
        [first, last] if first.contains(['.', ':']) => (Some(*first), None, *last),
        [first, last] => (None, Some(*first), *last),
        [first, second, last] => (Some(*first), Some(*second), *last),
        _ => return Err("too many path parts".to_owned()),
    };
    if registry == Some("") {
        return Err("the registry part is empty".to_owned());
    }
    if let Some(namespace) = namespace.filter(|namespace| !is_namespace(namespace)) {
        return Err(format!(
            "invalid namespace part '{namespace}', which must be 4 to 30 of a-z, 0-9 and _"
        ));
    }
    let pieces: Vec<&str> = last.split(':').collect();
    let (repository, tag) = match pieces.as_slice() {
        [repository] => (*repository, None),
        [repository, tag] => (*repository, Some(*tag)),
        _ => return Err("too many colons".to_owned()),
    };
    if let Some(tag) = tag.filter(|tag| !is_tag(tag)) {
        return Err(format!(
            "invalid version '{tag}', which must be letters, digits, '-', '.' and '_'"
        ));
    }
    if !is_repository(repository) {
        return Err(format!(
            "invalid image part '{repository}', which must be of a-z, 0-9, '-', '.' and '_'"
        ));
    }
    Ok(Image {
        registry: registry.unwrap_or_default().to_owned(),
        namespace: namespace.unwrap_or_default().to_owned(),
        repository: repository.to_owned(),
        tag: tag.unwrap_or_default().to_owned(),
    })
}
