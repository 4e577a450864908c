//! Paths of the distribution API, and the syntax of their names.

use super::super::message::Response;
use super::failure::failure;

/// A path of the distribution API: a repository, and a part of it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct RepositoryPath {
    pub(super) repository: String,
    pub(super) part: Part,
}

/// A part of a repository.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Part {
    Blob(String),
    Upload(Option<String>),
    /// A digest or a tag.
    Manifest(String),
    Tags,
}

impl RepositoryPath {
    /// Reads the path segments after `/v2/`.
    pub(super) fn of(parts: &[&str]) -> Option<Self> {
        let (repository, part) = match parts {
            [name @ .., "blobs", "uploads"] => (name, Part::Upload(None)),
            [name @ .., "blobs", "uploads", id] => (name, Part::Upload(Some((*id).to_owned()))),
            [name @ .., "blobs", digest] => (name, Part::Blob((*digest).to_owned())),
            [name @ .., "manifests", reference] => (name, Part::Manifest((*reference).to_owned())),
            [name @ .., "tags", "list"] => (name, Part::Tags),
            _ => return None,
        };
        Some(Self {
            repository: repository.join("/"),
            part,
        })
    }

    /// Whether it is an upload in progress. All its methods need the right to push.
    pub(super) fn is_upload(&self) -> bool {
        matches!(self.part, Part::Upload(_))
    }

    /// Refuses invalid names of repositories, tags and digests.
    pub(super) fn checked(&self) -> Result<(), Response> {
        if !self.repository.split('/').all(is_component) || self.repository.len() > 255 {
            return Err(failure(400, "NAME_INVALID", "invalid repository name"));
        }
        match &self.part {
            Part::Blob(digest) if !is_digest(digest) => Err(invalid_digest()),
            Part::Manifest(name) if name.contains(':') && !is_digest(name) => Err(invalid_digest()),
            Part::Manifest(name) if !name.contains(':') && !is_tag(name) => Err(failure(
                400,
                "TAG_INVALID",
                "manifest tag did not match URI",
            )),
            _ => Ok(()),
        }
    }
}

/// The refusal of a digest that is invalid or does not match the content.
pub(super) fn invalid_digest() -> Response {
    let message = "provided digest did not match uploaded content";
    failure(400, "DIGEST_INVALID", message)
}

fn is_component(text: &str) -> bool {
    let plain = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit();
    let between = |it: &str| matches!(it, "" | "." | "_" | "__") || it.chars().all(|c| c == '-');
    text.starts_with(plain) && text.ends_with(plain) && text.split(plain).all(between)
}

fn is_tag(text: &str) -> bool {
    let word = |it: char| it.is_ascii_alphanumeric() || it == '_';
    let all = |it: char| word(it) || it == '.' || it == '-';
    text.starts_with(word) && text.len() <= 128 && text.chars().all(all)
}

fn is_digest(text: &str) -> bool {
    let digit = |it: char| it.is_ascii_digit() || ('a'..='f').contains(&it);
    let digits = text.strip_prefix("sha256:");
    digits.is_some_and(|it| it.len() == 64 && it.chars().all(digit))
}
