//! A resolved existing cluster in the form of a file, with every value.

use super::settings::{ClientTls, Existing};
use crate::profile::node::{Node, leaf, map};
use crate::topology::SecretSource;

pub(in crate::profile) fn full(existing: &Existing) -> Node {
    let Existing {
        address,
        namespace,
        tls,
        api_key,
        allow_load,
        rate_limit,
    } = existing;
    let (file, variable) = match api_key {
        Some(SecretSource::SecretFile(path)) => (Some(path), None),
        Some(SecretSource::SecretVariable(name)) => (None, Some(name)),
        None => (None, None),
    };
    map([
        ("address", leaf(address)),
        ("namespace", leaf(namespace)),
        ("tls", tls.as_ref().map_or_else(|| leaf(()), self::tls)),
        ("api-key-file", leaf(file)),
        ("api-key-variable", leaf(variable)),
        ("allow-load", leaf(allow_load)),
        ("rate-limit", leaf(rate_limit)),
    ])
}

fn tls(tls: &ClientTls) -> Node {
    let ClientTls {
        ca,
        certificate,
        server_name,
    } = tls;
    let certificate = certificate.as_ref();
    map([
        ("ca", leaf(ca)),
        ("cert", leaf(certificate.map(|it| &it.cert))),
        ("key", leaf(certificate.map(|it| &it.key))),
        ("server-name", leaf(server_name)),
    ])
}
