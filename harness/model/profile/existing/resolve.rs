//! Resolves an existing cluster, and checks what its types do not express.

use serde_saphyr::Spanned;

use super::model;
use super::rate_limit::{PerSecond, RateLimit};
use super::settings::{ClientCertificate, ClientTls, Existing};
use crate::document::{Error, Position};
use crate::profile::layer::{Layers, position};
use crate::profile::model::{Backend, Profile};
use crate::profile::scalar::FilePath;
use crate::topology::{Namespace, SecretSource};

/// The default limit in starts per second. It also holds for a loopback address, which may be a
/// port forward to a cluster of other people.
const STARTS_PER_SECOND: u32 = 50;

pub(in crate::profile) fn resolve(
    layers: &Layers,
    written: model::Existing,
    namespaces: &[Namespace],
) -> Result<Existing, Error> {
    let model::Existing {
        address,
        namespace,
        tls,
        api_key_file,
        api_key_variable,
        allow_load,
        rate_limit,
    } = written;
    let address = layers.require(address, "backend.existing.address")?;
    let first = || namespaces.first().map(|first| first.name.clone());
    let namespace = namespace.map(|it| it.to_string()).or_else(first);
    let api_key = match (api_key_file, api_key_variable) {
        (Some(_), Some(_)) => {
            let message =
                "`api-key-file` and `api-key-variable` both name the API key; set only one";
            let at = |it: &model::Existing| it.api_key_variable.as_ref().map(position);
            return Err(error_at(layers, at, message));
        }
        (Some(path), None) => Some(SecretSource::SecretFile(path.value.to_string())),
        (None, Some(name)) => Some(SecretSource::SecretVariable(name.value.to_string())),
        (None, None) => None,
    };
    let tls = tls.or_else(|| api_key.is_some().then(model::Tls::default));
    let default = PerSecond::new(STARTS_PER_SECOND).expect("it is within the bounds");
    Ok(Existing {
        namespace: layers.require(namespace, "backend.existing.namespace")?,
        tls: tls.map(|tls| self::tls(layers, tls)).transpose()?,
        api_key,
        allow_load: allow_load.unwrap_or(false),
        rate_limit: rate_limit.unwrap_or(RateLimit::PerSecond(default)),
        address,
    })
}

/// Finds the path of a file.
type Find = fn(&model::Tls) -> Option<&Spanned<FilePath>>;

fn tls(layers: &Layers, written: model::Tls) -> Result<ClientTls, Error> {
    let model::Tls {
        ca,
        cert,
        key,
        server_name,
    } = written;
    let alone = |find: Find, message: &str| {
        let at = |it: &model::Existing| find(it.tls.as_ref()?).map(position);
        Err(error_at(layers, at, message))
    };
    let certificate = match (cert, key) {
        (Some(cert), Some(key)) => Some(ClientCertificate {
            cert: cert.value.as_str().into(),
            key: key.value.as_str().into(),
        }),
        (None, None) => None,
        (Some(_), None) => {
            return alone(
                |tls| tls.cert.as_ref(),
                "`cert` needs the private key of the certificate; set `tls.key` too",
            );
        }
        (None, Some(_)) => {
            return alone(
                |tls| tls.key.as_ref(),
                "`key` needs its certificate; set `tls.cert` too",
            );
        }
    };
    Ok(ClientTls {
        ca: ca.map(|path| path.as_str().into()),
        certificate,
        server_name: server_name.map(|name| name.to_string()),
    })
}

fn error_at(
    layers: &Layers,
    find: impl Fn(&model::Existing) -> Option<Position>,
    message: &str,
) -> Error {
    let at = |profile: &Profile| match &profile.backend {
        Some(Backend::Existing(existing)) => find(existing),
        _ => None,
    };
    layers.error_where(at, message)
}
