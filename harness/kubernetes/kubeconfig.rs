//! How a cluster is reached, and as whom, by the text of a kubeconfig alone: no file that it names
//! is read, no program that it calls is run, nothing of the environment is looked at. What it says
//! is not repeated in any error: there are keys in it.

use std::io;

use base::secret::Secret;
use kube::config::{AuthInfo, Cluster, Config, Kubeconfig, KubeconfigError};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

/// Why a kubeconfig is of no use.
#[derive(Debug, thiserror::Error)]
pub enum Unusable {
    /// Its file cannot be read.
    #[error("it cannot be read")]
    Unread(#[source] io::Error),
    /// It is something else.
    #[error("it is no kubeconfig{}", .line.map(|line| format!(" (line {line})")).unwrap_or_default())]
    Malformed {
        /// The line at which that shows.
        line: Option<u64>,
    },
    /// Something that it cannot do without.
    #[error("`{key}` is missing in it, or names nothing that is there")]
    Missing {
        /// The key.
        key: &'static str,
    },
    /// Something that is not done here.
    #[error("it has `{key}`: {why}")]
    Refused {
        /// The key.
        key: &'static str,
        /// Why not.
        why: &'static str,
    },
    /// Its user is not in it.
    #[error("it does not say itself who the user is, and there is no token")]
    NoToken,
    /// Text that is not what it is there for.
    #[error("{what} cannot be used")]
    Garbled {
        /// What it is there for.
        what: &'static str,
    },
}

impl Unusable {
    /// What the user can do.
    pub(super) fn hint(&self) -> Option<&'static str> {
        match self {
            Self::NoToken => {
                Some("the cluster knows its users by an identity provider: sign in there first")
            }
            Self::Refused {
                key: SKIP_VERIFY, ..
            } => Some("put the cluster's authority into `certificate-authority-data` instead"),
            Self::Refused { key: "server", .. } => Some("let `server` begin with `https://`"),
            _ => None,
        }
    }
}

const SKIP_VERIFY: &str = "insecure-skip-tls-verify";

/// Why the files that a kubeconfig names are left alone.
const FILE: &str = "no file beside it is read";

/// A client of the cluster of the current context, as its user. Where that is known to another
/// program only, such as `kubelogin`, the program is left alone and `token` speaks for the user.
pub(super) fn client(text: &Secret, token: Option<&Secret>) -> Result<kube::Client, Unusable> {
    let config = config(text, token)?;
    // What it finds fault with it would quote.
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
            why: "what is not encrypted is not spoken to",
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

/// The certificates that the server's must come from: without them, any that this machine believes
/// would do.
fn authority(cluster: &Cluster) -> Result<Vec<Vec<u8>>, Unusable> {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    let refused = |key, why| Err(Unusable::Refused { key, why });
    if cluster.insecure_skip_tls_verify == Some(true) {
        return refused(SKIP_VERIFY, "a server that anybody could be is not used");
    }
    if present(cluster.proxy_url.as_deref()).is_some() {
        return refused("proxy-url", "the server is spoken to directly");
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

/// What tells the server who the user is.
fn credentials(user: AuthInfo, token: Option<&Secret>) -> Result<AuthInfo, Unusable> {
    let refused = |key, why| Err(Unusable::Refused { key, why });
    if user.impersonate.is_some() || user.impersonate_groups.is_some() {
        return refused("as", "nobody is impersonated here");
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

/// The token that is in a kubeconfig itself.
fn own_token(user: &AuthInfo) -> Option<Secret> {
    let user = serde_json::to_value(user).ok()?;
    let token = user["token"].as_str()?;
    (!token.is_empty()).then(|| Secret::new(token))
}

/// The user with a token. kube panics over one that fits in no header.
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

/// Text that says something.
fn present(text: Option<&str>) -> Option<&str> {
    text.filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests;
