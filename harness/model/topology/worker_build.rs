//! Identifies the builds of the workers. A verdict applies to a topology and the builds that ran.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Digest, ServiceName};

/// A build of a worker, with all identities that are known.
#[derive(
    Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub struct WorkerBuild {
    /// SHA-256 of the executable. If the command has arguments: of the executable, the arguments,
    /// and the files that it runs: those that the arguments name, a script with the sources in its
    /// folder, and for a tool such as `go run` the sources in the working directory.
    #[schemars(with = "Option<String>")]
    pub program: Option<Digest>,
    /// Id of the image, such as `sha256:...`.
    pub image: Option<String>,
    /// Name of the image, with its tag or digest.
    pub reference: Option<String>,
}

impl WorkerBuild {
    /// A build that is known by the content of its executable only.
    pub fn of_program(program: Digest) -> Self {
        Self {
            program: Some(program),
            ..Self::default()
        }
    }

    /// A build that is known by the name of its image only.
    pub fn of_reference(reference: impl Into<String>) -> Self {
        Self {
            reference: Some(reference.into()),
            ..Self::default()
        }
    }

    /// Whether both are known to be the same build. Compares the first identity that both have: the
    /// program, then the image id, then the image name. So the same executable in another image is
    /// the same build, and so is the same image with another name.
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

    /// A short name for people: the first digits of the best known identity.
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
        name.unwrap_or_else(|| "of unknown identity".to_owned())
    }
}

/// The builds of the workers, by service. It has those that are known.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct WorkerBuilds(
    #[schemars(with = "BTreeMap<String, WorkerBuild>")] pub BTreeMap<ServiceName, WorkerBuild>,
);

impl WorkerBuilds {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether these are known to include each of the others.
    pub fn include(&self, others: &Self) -> bool {
        let mut others = others.0.iter();
        others.all(|(service, other)| {
            let own = self.0.get(service);
            own.is_some_and(|own| own.is_same(other))
        })
    }

    /// A short name for people: that of the only one, or each with its service.
    pub fn short(&self) -> String {
        let mut builds = self.0.iter();
        if let (Some((_, only)), None) = (builds.next(), builds.next()) {
            return only.short();
        }
        let each = self.0.iter();
        let each: Vec<String> = each
            .map(|(service, build)| format!("{service} {}", build.short()))
            .collect();
        match &*each {
            [] => WorkerBuild::default().short(),
            each => each.join(", "),
        }
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
    fn content_is_compared_before_names_and_builds_without_a_common_identity_differ() {
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
    fn builds_include_others_if_they_have_the_same_of_each_service() {
        let builds = |of: &[(&str, &str)]| {
            let each = of.iter().map(|(service, content)| {
                let build = build(Some(content), None, None);
                (ServiceName::new(*service), build)
            });
            WorkerBuilds(each.collect())
        };
        let both = builds(&[("worker-mail", "a"), ("worker-orders", "b")]);
        assert!(both.include(&both));
        assert!(both.include(&builds(&[("worker-mail", "a")])));
        assert!(!builds(&[("worker-mail", "a")]).include(&both));
        assert!(!both.include(&builds(&[("worker-mail", "b")])));
        let digest = |content: &str| Digest::of_bytes(content.as_bytes()).short().to_owned();
        let (a, b) = (digest("a"), digest("b"));
        let short = format!("worker-mail program {a}, worker-orders program {b}");
        assert_eq!(both.short(), short);
        assert_eq!(
            builds(&[("worker-mail", "a")]).short(),
            format!("program {a}")
        );
        assert_eq!(WorkerBuilds::default().short(), "of unknown identity");
    }

    #[test]
    fn the_short_name_has_the_first_digits() {
        let digest = Digest::of_bytes(b"a");
        let program = build(Some("a"), Some("sha256:0123456789abcdef"), None);
        assert_eq!(program.short(), format!("program {}", digest.short()));
        let image = build(None, Some("sha256:0123456789abcdef"), Some("orders:7"));
        assert_eq!(image.short(), "image 0123456789ab");
        assert_eq!(build(None, None, Some("orders:7")).short(), "orders:7");
        assert_eq!(WorkerBuild::default().short(), "of unknown identity");
    }
}
