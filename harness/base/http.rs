//! HTTP clients. All HTTP clients of the harness are built here, with rustls and its provider.

/// A builder for a client that trusts the certificates of the platform and uses the proxies of the
/// user.
pub fn builder() -> reqwest::ClientBuilder {
    // The first caller installs the provider. All callers install the same one, so a failure does
    // not matter.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().user_agent(concat!("harness/", env!("CARGO_PKG_VERSION")))
}

/// A client for the loopback interface. It uses no proxy and only plain HTTP, so it loads no
/// certificates.
pub fn loopback_client() -> Result<reqwest::Client, reqwest::Error> {
    builder()
        .no_proxy()
        .tls_certs_only(std::iter::empty())
        .build()
}

/// A builder for a client that downloads from a URL of the user. It uses no proxy for this machine,
/// and never follows a redirection from HTTPS to plain HTTP.
pub fn builder_for(url: &str) -> reqwest::ClientBuilder {
    let client = builder();
    match reqwest::Url::parse(url) {
        Ok(url) if is_this_machine(&url) => client.no_proxy(),
        Ok(url) => client.https_only(url.scheme() == "https"),
        Err(_) => client,
    }
}

/// Whether a URL authenticates its server: it uses HTTPS, or it points to this machine.
pub fn is_authenticated(url: &str) -> bool {
    reqwest::Url::parse(url).is_ok_and(|url| url.scheme() == "https" || is_this_machine(&url))
}

fn is_this_machine(url: &reqwest::Url) -> bool {
    matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"))
}
