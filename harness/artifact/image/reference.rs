//! Whether a text can be the name of an image, by the grammar of
//! <https://pkg.go.dev/github.com/distribution/reference>.

use crate::azure::registry::{is_component, is_tag};

/// Whether it is `[REGISTRY/]NAME[:TAG][@DIGEST]`.
pub(super) fn is_reference(text: &str) -> bool {
    let (name, digest) = match text.split_once('@') {
        Some((name, digest)) => (name, Some(digest)),
        None => (text, None),
    };
    let mut parts: Vec<&str> = name.split('/').collect();
    let last = parts.pop().unwrap_or_default();
    let (last, tag) = match last.split_once(':') {
        Some((last, tag)) => (last, Some(tag)),
        None => (last, None),
    };
    if parts.first().is_some_and(|first| is_registry(first)) {
        parts.remove(0);
    }
    parts.push(last);
    parts.into_iter().all(is_component) && tag.is_none_or(is_tag) && digest.is_none_or(is_digest)
}

/// Whether the first part of a name says where it is: only such a part has a dot or a port.
fn is_registry(first: &str) -> bool {
    let (host, port) = first.split_once(':').unwrap_or((first, "1"));
    let word = |it: char| it.is_ascii_alphanumeric() || it == '-' || it == '.';
    let named = first.contains(['.', ':']) || first == "localhost";
    named && !host.is_empty() && host.chars().all(word) && port.parse::<u16>().is_ok()
}

fn is_digest(text: &str) -> bool {
    let hex = text.strip_prefix("sha256:");
    hex.is_some_and(|hex| hex.len() == 64 && hex.bytes().all(|it| it.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_no_engine_takes_is_told_from_one_that_it_takes() {
        let digest = format!("orders@sha256:{}", "0f".repeat(32));
        for right in [
            "orders",
            "orders:7",
            "team/orders:v1.2_3",
            "registry.example/team/orders:7",
            "localhost/orders",
            "localhost:5000/orders:7",
            "127.0.0.1:5000/a/b__c-d.e",
            &digest,
        ] {
            assert!(is_reference(right), "{right}");
        }
        for wrong in [
            "",
            " ",
            "Orders:7",
            "orders:",
            "orders:a b",
            "orders 7",
            "/orders",
            "team//orders",
            "https://registry.example/orders:7",
            "registry.example:port/orders",
            "orders@sha256:12",
            "orders@latest",
            "-orders",
        ] {
            assert!(!is_reference(wrong), "{wrong}");
        }
    }
}
