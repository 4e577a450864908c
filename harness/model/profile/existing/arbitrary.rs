//! Strategies for valid existing clusters, for property tests.

use proptest::option::of;
use proptest::prelude::*;

use super::model::{Existing, Tls};
use super::rate_limit::{PerSecond, RateLimit};
use crate::profile::arbitrary_value::{scalar, spanned};

pub(in crate::profile) fn existing() -> impl Strategy<Value = Existing> {
    let host = prop_oneof![
        Just("localhost".to_owned()),
        Just("[::1]".to_owned()),
        "[a-z]{1,8}([.][a-z]{1,8}){0,2}"
    ];
    let limit = prop_oneof![
        (1_u32..5000).prop_map(|it| RateLimit::PerSecond(PerSecond::new(it).expect("within"))),
        Just(RateLimit::Unlimited),
    ];
    let key = (any::<bool>(), of("[a-z]{1,8}"));
    let values = (
        of((host, 1_u16..)),
        of("[a-z]{1,8}|no|null|[0-9]{1,3}"),
        of(tls()),
        key,
        of(any::<bool>()),
        of(limit),
    );
    values.prop_map(
        |(address, namespace, tls, (in_file, key), allow_load, rate_limit)| {
            let (file, variable) = if in_file { (key, None) } else { (None, key) };
            Existing {
                address: address.map(|(host, port)| scalar(&format!("{host}:{port}"))),
                namespace: namespace.map(|name| scalar(&name)),
                tls,
                api_key_file: file.map(|path| spanned(scalar(&path))),
                api_key_variable: variable.map(|name| spanned(scalar(&name))),
                allow_load,
                rate_limit,
            }
        },
    )
}

fn tls() -> impl Strategy<Value = Tls> {
    let path = || of("[a-z/. ]{1,12}");
    let pair = of(("[a-z/. ]{1,12}", "[a-z/. ]{1,12}"));
    (path(), pair, of("[a-z]{1,8}")).prop_map(|(ca, pair, server_name)| {
        let (cert, key) = pair.unzip();
        Tls {
            ca: ca.map(|path| scalar(&path)),
            cert: cert.map(|path| spanned(scalar(&path))),
            key: key.map(|path| spanned(scalar(&path))),
            server_name: server_name.map(|name| scalar(&name)),
        }
    })
}
