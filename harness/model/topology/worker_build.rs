//! Which build of the worker runs: what a verdict vouches for besides the topology.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Digest;

/// A build of the worker, by as many of its identities as are known.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct WorkerBuild {
    /// SHA-256 of the executable; with arguments, of the executable, the arguments and the files
    /// among them.
    #[schemars(with = "Option<String>")]
    pub program: Option<Digest>,
    /// The image's id, such as `sha256:...`.
    pub image: Option<String>,
    /// The image's name, with its tag or digest.
    pub reference: Option<String>,
}

impl WorkerBuild {
    /// Whether two are known to be the same build. Content decides where both know theirs: the same
    /// executable in another image is the same build, and so is the same image under another name.
    pub fn is_same(&self, other: &Self) -> bool {
        let pairs = [
            self.program
                .as_ref()
                .zip(other.program.as_ref())
                .map(|(a, b)| a == b),
            self.image
                .as_ref()
                .zip(other.image.as_ref())
                .map(|(a, b)| a == b),
            self.reference
                .as_ref()
                .zip(other.reference.as_ref())
                .map(|(a, b)| a == b),
        ];
        pairs.into_iter().flatten().next().unwrap_or(false)
    }

    /// A name for people: the first digits of what it is known by best.
    pub fn short(&self) -> String {
        let image = || {
            let id = self.image.as_deref()?.trim_start_matches("sha256:");
            Some(format!("image {}", id.get(..12).unwrap_or(id)))
        };
        let program = self
            .program
            .as_ref()
            .map(|it| format!("program {}", it.short()));
        let named = || self.reference.clone();
        let name = program.or_else(image).or_else(named);
        name.unwrap_or_else(|| "of no known identity".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn build(program: Option<&str>, image: Option<&str>, reference: Option<&str>) -> WorkerBuild {
        WorkerBuild {
            program: program.map(|content| Digest::of_bytes(content.as_bytes())),
            image: image.map(str::to_owned),
            reference: reference.map(str::to_owned),
        }
    }

    #[test]
    fn content_decides_before_names_and_nothing_in_common_is_not_the_same() {
        let same = |one: &WorkerBuild, other: &WorkerBuild| {
            assert_eq!(one.is_same(other), other.is_same(one));
            one.is_same(other)
        };
        let program = build(Some("a"), None, None);
        let in_image = build(Some("a"), Some("sha256:1"), Some("worker:1"));
        assert!(same(&program, &in_image));
        assert!(!same(&build(Some("b"), None, None), &in_image));
        let another_name = build(None, Some("sha256:1"), Some("worker:2"));
        assert!(same(&another_name, &in_image));
        let moved_tag = build(None, Some("sha256:2"), Some("worker:1"));
        assert!(!same(&moved_tag, &in_image));
        assert!(same(&build(None, None, Some("worker:1")), &in_image));
        assert!(!same(&build(None, None, Some("worker:1")), &program));
        assert!(!same(&WorkerBuild::default(), &WorkerBuild::default()));
    }

    #[test]
    fn people_read_its_first_digits() {
        let digest = Digest::of_bytes(b"a");
        let program = build(Some("a"), Some("sha256:0123456789abcdef"), None);
        assert_eq!(program.short(), format!("program {}", digest.short()));
        let image = build(None, Some("sha256:0123456789abcdef"), Some("orders:7"));
        assert_eq!(image.short(), "image 0123456789ab");
        assert_eq!(build(None, None, Some("orders:7")).short(), "orders:7");
        assert_eq!(WorkerBuild::default().short(), "of no known identity");
    }
}
