//! Finds the images that nodes lack, by asking the nodes.

use std::collections::BTreeSet;
use std::fmt;

use docker::Engine;
use futures_util::future::try_join_all;

use super::error::Error;
use super::record::ClusterRecord;

/// An image that a node lacks. Displayed as `IMAGE in NODE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Missing {
    pub(super) reference: String,
    node: String,
}

impl fmt::Display for Missing {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} in {}", self.reference, self.node)
    }
}

/// The images in `references` that a node of the cluster lacks.
pub(super) async fn find(
    engine: &Engine,
    record: &ClusterRecord,
    references: impl Iterator<Item = &String> + Clone,
) -> Result<Vec<Missing>, Error> {
    let lists = try_join_all(record.nodes.iter().map(|node| async move {
        match engine.exec(node, &["ctr", "image", "ls", "-q"]).await? {
            (0, list) => Ok((node, list)),
            (_, said) => Err(Error::List {
                node: node.clone(),
                said: said.trim().to_owned(),
            }),
        }
    }));
    let mut missing = Vec::new();
    for (node, list) in lists.await? {
        let there: BTreeSet<&str> = list.lines().map(str::trim).collect();
        let lacks = |reference: &&String| !there.contains(whole(reference).as_str());
        missing.extend(references.clone().filter(lacks).map(|reference| Missing {
            reference: reference.clone(),
            node: node.clone(),
        }));
    }
    Ok(missing)
}

/// A reference as containerd stores it, with registry and tag: `docker.io/library/mysql:8.4`.
fn whole(reference: &str) -> String {
    let (first, rest) = reference.split_once('/').unwrap_or(("", reference));
    let with_registry = if first.contains(['.', ':']) || first == "localhost" {
        reference.to_owned()
    } else if first.is_empty() {
        format!("docker.io/library/{rest}")
    } else {
        format!("docker.io/{reference}")
    };
    let name = with_registry.rsplit('/').next().unwrap_or_default();
    if name.contains([':', '@']) {
        with_registry
    } else {
        format!("{with_registry}:latest")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_is_compared_in_the_form_that_nodes_use() {
        for (reference, kept) in [
            (
                "temporalio/server:1.32.0",
                "docker.io/temporalio/server:1.32.0",
            ),
            ("mysql", "docker.io/library/mysql:latest"),
            ("harness.local/worker:012345", "harness.local/worker:012345"),
            ("localhost:5000/a/b", "localhost:5000/a/b:latest"),
            ("localhost/a", "localhost/a:latest"),
        ] {
            assert_eq!(whole(reference), kept);
        }
    }
}
