//! The name of an image in a registry.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{Digest, Error};

/// The longest name of a repository together with its registry, by the specification.
const LONGEST: usize = 255;

/// An image in a registry, by its digest: `LOGIN_SERVER/REPOSITORY@sha256:...`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Reference {
    login_server: String,
    repository: String,
    digest: Digest,
}

impl Reference {
    /// The image with that digest in a repository such as `orders/worker`.
    pub fn new(login_server: &str, repository: &str, digest: Digest) -> Result<Self, Error> {
        let wrong = |why| Error::Reference {
            text: format!("{login_server}/{repository}"),
            why,
        };
        if login_server.is_empty() || login_server.contains(['/', '@']) {
            return Err(wrong("does not begin with a registry"));
        }
        if !repository.split('/').all(is_component) {
            return Err(wrong(
                "is no repository: small letters and digits, joined by . _ __ - and /",
            ));
        }
        if login_server.len() + 1 + repository.len() > LONGEST {
            return Err(wrong("is longer than the 255 letters that a name may have"));
        }
        Ok(Self {
            login_server: login_server.to_owned(),
            repository: repository.to_owned(),
            digest,
        })
    }

    /// Where it is, such as `NAME.azurecr.io`.
    pub fn login_server(&self) -> &str {
        &self.login_server
    }

    /// The repository.
    pub fn repository(&self) -> &str {
        &self.repository
    }

    /// The digest.
    pub fn digest(&self) -> &Digest {
        &self.digest
    }

    /// The name with a tag in place of the digest, for what can only read those: the first twelve
    /// digits of the digest.
    pub(super) fn tagged(&self) -> String {
        let tag = &self.digest.hex()[..12];
        format!("{}/{}:{tag}", self.login_server, self.repository)
    }
}

/// A part of a repository's name: `[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*`.
pub(crate) fn is_component(text: &str) -> bool {
    let plain = |it: u8| it.is_ascii_lowercase() || it.is_ascii_digit();
    let bytes = text.as_bytes();
    let joined = bytes.split(|it| plain(*it)).all(|between| {
        let dashes = between.iter().all(|it| *it == b'-');
        dashes || matches!(between, b"." | b"_" | b"__")
    });
    joined
        && bytes.first().is_some_and(|it| plain(*it))
        && bytes.last().is_some_and(|it| plain(*it))
}

/// Whether a text is a tag: `[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}`.
pub(crate) fn is_tag(text: &str) -> bool {
    let word = |it: u8| it.is_ascii_alphanumeric() || it == b'_';
    let first = text.bytes().next().is_some_and(word);
    first && text.len() <= 128 && text.bytes().all(|it| word(it) || matches!(it, b'.' | b'-'))
}

impl fmt::Display for Reference {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            login_server,
            repository,
            digest,
        } = self;
        write!(out, "{login_server}/{repository}@{digest}")
    }
}

impl FromStr for Reference {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let wrong = || Error::Reference {
            text: text.to_owned(),
            why: "is no image by its digest: REGISTRY/REPOSITORY@sha256:...",
        };
        let (name, digest) = text.split_once('@').ok_or_else(wrong)?;
        let (login_server, repository) = name.split_once('/').ok_or_else(wrong)?;
        Self::new(login_server, repository, digest.parse()?)
    }
}

impl TryFrom<String> for Reference {
    type Error = Error;

    fn try_from(text: String) -> Result<Self, Error> {
        text.parse()
    }
}

impl From<Reference> for String {
    fn from(reference: Reference) -> Self {
        reference.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_is_read_as_it_is_written() {
        let digest = Digest::of(b"an image");
        let reference = Reference::new("127.0.0.1:5000", "orders/worker", digest.clone());
        let reference = reference.expect("a reference");
        let text = reference.to_string();
        assert_eq!(text, format!("127.0.0.1:5000/orders/worker@{digest}"));
        assert_eq!(text.parse::<Reference>().expect("a reference"), reference);
        for wrong in [
            "worker",
            "a.azurecr.io/worker",
            "a.azurecr.io/worker:latest",
        ] {
            wrong.parse::<Reference>().expect_err("no digest");
        }
    }

    #[test]
    fn a_name_that_registries_would_refuse_is_refused_before_they_are_asked() {
        let new = |name: &str| Reference::new("a.azurecr.io", name, Digest::of(b""));
        for name in ["a", "a/b", "a.b/c_d/e__f/g---h", "0"] {
            new(name).expect("a repository");
        }
        let long = "a".repeat(250);
        for name in [
            "", "/", "a/", "A", "a..b", "a___b", "-a", "a-", "a/../b", "ä", &long,
        ] {
            new(name).expect_err(name);
        }
    }

    #[test]
    fn a_tag_is_a_word() {
        assert!(is_tag("v1.2-rc_3") && is_tag("_") && is_tag(&"a".repeat(128)));
        for wrong in ["", ".a", "-a", "a/b", "a:b", &"a".repeat(129)] {
            assert!(!is_tag(wrong), "{wrong}");
        }
    }
}
