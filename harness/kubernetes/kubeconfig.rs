//! Reads the server and the user from the text of a kubeconfig alone. Reads no file that it names,
//! runs no program that it names, and ignores the environment. Errors never quote the kubeconfig,
//! because it contains keys.

use std::io;

use base::secret::Secret;
use kube::config::{AuthInfo, Cluster, Config, Kubeconfig, KubeconfigError};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

/// Why a kubeconfig cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Unusable {
    /// The file could not be read.
    #[error("could not read the file")]
    Unread(#[source] io::Error),
    /// The text is not a kubeconfig.
    #[error("it is not a kubeconfig{}", .line.map(|line| format!(" (line {line})")).unwrap_or_default())]
    Malformed {
        /// The line of the syntax error.
        line: Option<u64>,
    },
    /// A required key is missing or refers to nothing.
    #[error("`{key}` is missing, or refers to an entry that does not exist")]
    Missing { key: &'static str },
    /// A key is not supported.
    #[error("`{key}` is not supported: {why}")]
    Refused {
        key: &'static str,
        why: &'static str,
    },
    /// The user has no credentials in the kubeconfig.
    #[error("its user has no credentials in it, and there is no token")]
    NoToken,
    /// A value is malformed.
    #[error("{what} is invalid")]
    Garbled {
        /// The value, such as `the token`.
        what: &'static str,
    },
}

impl Unusable {
    /// How the user can fix it.
    pub(super) fn hint(&self) -> Option<&'static str> {
        match self {
            Self::NoToken => Some("Sign in at the identity provider of the cluster first."),
            Self::Refused {
                key: SKIP_VERIFY, ..
            } => Some(
                "Put the certificate of the cluster's authority into `certificate-authority-data` instead.",
            ),
            Self::Refused { key: "server", .. } => {
                Some("Set `server` to a URL that begins with `https://`.")
            }
            _ => None,
        }
    }
}

const SKIP_VERIFY: &str = "insecure-skip-tls-verify";

/// Why the files that a kubeconfig names are not read.
const FILE: &str = "no other file is read";

/// A client for the cluster and user of the current context. If the kubeconfig gets the user from
/// another program, such as `kubelogin`, uses `token` instead of running the program.
pub(super) fn client(text: &Secret, token: Option<&Secret>) -> Result<kube::Client, Unusable> {
    let config = config(text, token)?;
    // The error is dropped, because it would quote the kubeconfig.
    kube::Client::try_from(config).map_err(|_| Unusable::Garbled {
        what: "the certificate or key of its user",
    })
}

fn config(text: &Secret, token: Option<&Secret>) -> Result<Config, Unusable> {
    let (cluster, user) = current(text)?;
    let server = present(cluster.server.as_deref());
    let server = server.ok_or(Unusable::Missing { key: "server" })?;
    if !server.starts_with("https://") {
        return Err(Unusable::Refused {
            key: "server",
            why: "the connection would not be encrypted",
        });
    }
    let address = server.parse().map_err(|_| Unusable::Garbled {
        what: "the address of its server",
    })?;
    let mut config = Config::new(address);
    config.root_cert = Some(authority(&cluster)?);
    config.tls_server_name = cluster.tls_server_name;
    config.auth_info = credentials(user, token)?;
    Ok(config)
}

/// The cluster and the user of the current context.
fn current(text: &Secret) -> Result<(Cluster, AuthInfo), Unusable> {
    let file = Kubeconfig::from_yaml(text.reveal()).map_err(|error| Unusable::Malformed {
        line: match error {
            KubeconfigError::Parse(error) => error.location().map(|place| place.line()),
            _ => None,
        },
    })?;
    let missing = |key| move || Unusable::Missing { key };
    let current = file
        .current_context
        .ok_or_else(missing("current-context"))?;
    let mut contexts = file.contexts.into_iter();
    let context = contexts
        .find(|named| named.name == current)
        .and_then(|named| named.context)
        .ok_or_else(missing("current-context"))?;
    let mut clusters = file.clusters.into_iter();
    let cluster = clusters
        .find(|named| named.name == context.cluster)
        .and_then(|named| named.cluster)
        .ok_or_else(missing("cluster"))?;
    let mut users = file.auth_infos.into_iter();
    let user = users
        .find(|named| Some(&named.name) == context.user.as_ref())
        .and_then(|named| named.auth_info);
    Ok((cluster, user.unwrap_or_default()))
}

/// The authority's certificates for the server. They are required, because otherwise every
/// authority that this machine trusts would be accepted.
fn authority(cluster: &Cluster) -> Result<Vec<Vec<u8>>, Unusable> {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    let refused = |key, why| Err(Unusable::Refused { key, why });
    if cluster.insecure_skip_tls_verify == Some(true) {
        return refused(SKIP_VERIFY, "the server's certificate must be verified");
    }
    if present(cluster.proxy_url.as_deref()).is_some() {
        return refused("proxy-url", "connections go directly to the server");
    }
    let key = "certificate-authority-data";
    let Some(data) = present(cluster.certificate_authority_data.as_deref()) else {
        return match present(cluster.certificate_authority.as_deref()) {
            Some(_) => refused("certificate-authority", FILE),
            None => Err(Unusable::Missing { key }),
        };
    };
    let certificates = STANDARD.decode(data).ok().and_then(|pem| {
        let certificates = CertificateDer::pem_slice_iter(&pem);
        let certificates = certificates.map(|certificate| Some(certificate.ok()?.to_vec()));
        certificates.collect::<Option<Vec<_>>>()
    });
    certificates
        .filter(|certificates| !certificates.is_empty())
        .ok_or(Unusable::Garbled {
            what: "its certificate authority",
        })
}

/// The credentials of the user.
fn credentials(user: AuthInfo, token: Option<&Secret>) -> Result<AuthInfo, Unusable> {
    let refused = |key, why| Err(Unusable::Refused { key, why });
    if user.impersonate.is_some() || user.impersonate_groups.is_some() {
        return refused("as", "the harness does not impersonate users");
    }
    let elsewhere = user.exec.is_some() || user.auth_provider.is_some();
    let certificate = user.client_certificate_data.is_some() && user.client_key_data.is_some();
    let own_token = own_token(&user);
    if !elsewhere && (certificate || own_token.is_some()) {
        let own = AuthInfo {
            client_certificate_data: user.client_certificate_data,
            client_key_data: user.client_key_data,
            ..AuthInfo::default()
        };
        return match own_token {
            Some(token) => with_token(own, &token),
            None => Ok(own),
        };
    }
    if let Some(token) = token {
        return with_token(AuthInfo::default(), token);
    }
    for (key, file) in [
        ("tokenFile", &user.token_file),
        ("client-certificate", &user.client_certificate),
        ("client-key", &user.client_key),
    ] {
        if file.is_some() && !elsewhere {
            return refused(key, FILE);
        }
    }
    Err(Unusable::NoToken)
}

/// The token in the kubeconfig itself.
fn own_token(user: &AuthInfo) -> Option<Secret> {
    let user = serde_json::to_value(user).ok()?;
    let token = user["token"].as_str()?;
    (!token.is_empty()).then(|| Secret::new(token))
}

/// The user with a token. kube panics if a token is not a valid header value.
fn with_token(user: AuthInfo, token: &Secret) -> Result<AuthInfo, Unusable> {
    let text = token.reveal();
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(Unusable::Garbled { what: "the token" });
    }
    Ok(AuthInfo {
        token: Some(text.to_owned().into()),
        ..user
    })
}

/// The text, if it is not blank.
fn present(text: Option<&str>) -> Option<&str> {
    text.filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests;
