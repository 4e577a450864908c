//! The names of container images, by the grammar that Docker and Kubernetes use:
//! <https://pkg.go.dev/github.com/distribution/reference>. Pure.

/// The maximum length of a repository name with its registry, in characters.
pub const LONGEST: usize = 255;

/// Whether a string is `[REGISTRY/]NAME[:TAG][@DIGEST]`.
pub fn is_reference(text: &str) -> bool {
    let (text, digest) = match text.split_once('@') {
        Some((text, digest)) => (text, Some(digest)),
        None => (text, None),
    };
    let (name, tag) = match text.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => (name, Some(tag)),
        _ => (text, None),
    };
    let repository = match name.split_once('/') {
        Some((first, rest)) if is_registry(first) => rest,
        _ => name,
    };
    name.len() <= LONGEST
        && is_repository(repository)
        && tag.is_none_or(is_tag)
        && digest.is_none_or(is_digest)
}

/// Whether the first part of a name is a registry: it has a dot or a port, or it is `localhost`.
/// Docker also reads a first part with an uppercase letter as a registry. A host name without a dot
/// or a port is probably a mistake, so this function rejects it.
pub fn is_registry(first: &str) -> bool {
    let (host, port) = match first.split_once(':') {
        Some((host, port)) => (host, Some(port)),
        None => (first, None),
    };
    let named = port.is_some() || host.contains('.') || host == "localhost";
    named && host.split('.').all(is_label) && port.is_none_or(is_port)
}

/// Whether a string is the name of a repository within a registry.
pub fn is_repository(text: &str) -> bool {
    text.split('/').all(is_component)
}

/// Whether a string is a tag: `[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}`.
pub fn is_tag(text: &str) -> bool {
    let word = |it: u8| it.is_ascii_alphanumeric() || it == b'_';
    let first = text.bytes().next().is_some_and(word);
    first && text.len() <= 128 && text.bytes().all(|it| word(it) || matches!(it, b'.' | b'-'))
}

/// Whether a string is one part of a repository name: `[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*`.
fn is_component(text: &str) -> bool {
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

/// Whether a string is one label of a host name.
fn is_label(text: &str) -> bool {
    let word = |it: u8| it.is_ascii_alphanumeric() || it == b'-';
    !text.is_empty() && !text.starts_with('-') && !text.ends_with('-') && text.bytes().all(word)
}

fn is_port(text: &str) -> bool {
    let digits = text.bytes().all(|it| it.is_ascii_digit());
    digits && text.len() <= 5 && text.parse::<u16>().is_ok()
}

fn is_digest(text: &str) -> bool {
    let digit = |it: u8| it.is_ascii_digit() || (b'a'..=b'f').contains(&it);
    let digits = text.strip_prefix("sha256:");
    digits.is_some_and(|digits| digits.len() == 64 && digits.bytes().all(digit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn valid_and_invalid_references_are_distinguished() {
        let digest = format!("orders@sha256:{}", "0f".repeat(32));
        let both = format!("registry.example:443/orders:7@sha256:{}", "0f".repeat(32));
        let longest = format!("localhost:5000/{}:{}", "a".repeat(240), "t".repeat(128));
        for right in [
            "orders",
            "orders:7",
            "team/orders:v1.2_3",
            "registry.example/team/orders:7",
            "Registry.Example/orders",
            "localhost/orders",
            "localhost:5000/orders:7",
            "LOCAL:5000/orders",
            "127.0.0.1:5000/a/b__c-d.e",
            &digest,
            &both,
            &longest,
        ] {
            assert!(is_reference(right), "{right}");
        }
        let capitals = format!("orders@sha256:{}", "0F".repeat(32));
        let long = format!("localhost:5000/{}", "a".repeat(241));
        for wrong in [
            "",
            " ",
            "Orders:7",
            "Orders/app",
            "Orders/app:7",
            "team/Orders",
            "orders:",
            "orders:a b",
            "orders 7",
            "/orders",
            "orders/",
            "team//orders",
            "https://registry.example/orders:7",
            "registry.example:port/orders",
            "registry.example:70000/orders",
            "registry.example:+80/orders",
            "registry.example:/orders",
            "-registry.example/orders",
            "./orders",
            "orders@sha256:12",
            "orders@latest",
            "orders:a:b",
            "-orders",
            &capitals,
            &long,
        ] {
            assert!(!is_reference(wrong), "{wrong}");
        }
    }

    #[test]
    fn a_part_of_a_name_has_lowercase_letters_digits_and_single_separators() {
        for right in ["a", "a/b", "a.b/c_d/e__f/g---h", "0"] {
            assert!(is_repository(right), "{right}");
        }
        for wrong in [
            "", "/", "a/", "A", "a..b", "a___b", "-a", "a-", "a/../b", "ä",
        ] {
            assert!(!is_repository(wrong), "{wrong}");
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
