//! The name of an image in a registry.

use std::fmt;
use std::str::FromStr;

use model::image_name;
use serde::{Deserialize, Serialize};

use super::{Digest, Error};

/// An image in a registry, by its digest: `LOGIN_SERVER/REPOSITORY@sha256:...`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Reference {
    login_server: String,
    repository: String,
    digest: Digest,
}

impl Reference {
    /// The image with this digest in a repository such as `orders/worker`.
    pub fn new(login_server: &str, repository: &str, digest: Digest) -> Result<Self, Error> {
        let wrong = |why| Error::Reference {
            text: format!("{login_server}/{repository}"),
            why,
        };
        if !image_name::is_registry(login_server) {
            return Err(wrong("does not start with a registry"));
        }
        if !image_name::is_repository(repository) {
            return Err(wrong(
                "is not a repository: expected lower-case letters and digits, joined by . _ __ - and /",
            ));
        }
        if login_server.len() + 1 + repository.len() > image_name::LONGEST {
            return Err(wrong("is longer than 255 characters, the limit of a name"));
        }
        Ok(Self {
            login_server: login_server.to_owned(),
            repository: repository.to_owned(),
            digest,
        })
    }

    /// The registry, such as `NAME.azurecr.io`.
    pub fn login_server(&self) -> &str {
        &self.login_server
    }

    pub fn repository(&self) -> &str {
        &self.repository
    }

    pub fn digest(&self) -> &Digest {
        &self.digest
    }

    /// The name with a tag instead of the digest, for tools that accept only tags. The tag is the
    /// first twelve digits of the digest.
    pub fn tagged(&self) -> String {
        let tag = &self.digest.hex()[..12];
        format!("{}/{}:{tag}", self.login_server, self.repository)
    }
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
            why: "is not an image with its digest: expected REGISTRY/REPOSITORY@sha256:...",
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
            &format!("Orders/worker@{digest}"),
            &format!("-a.azurecr.io/worker@{digest}"),
        ] {
            wrong.parse::<Reference>().expect_err(wrong);
        }
    }

    #[test]
    fn a_repository_name_that_registries_refuse_is_not_accepted() {
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
}
