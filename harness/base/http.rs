//! HTTP clients: the one place where they are built, with rustls and its provider.

/// A client for the world, to be completed: the platform's certificates, the user's proxies.
pub fn builder() -> reqwest::ClientBuilder {
    // The first to install a provider wins, whoever it is: they are all the same one.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().user_agent(concat!("harness/", env!("CARGO_PKG_VERSION")))
}

/// A client for this machine's loopback: no proxy, and no certificates to load, since it speaks
/// plain HTTP only.
pub fn loopback_client() -> Result<reqwest::Client, reqwest::Error> {
    builder()
        .no_proxy()
        .tls_certs_only(std::iter::empty())
        .build()
}

/// A client for what is at an address that a user names, to be completed.
pub fn careful(url: &str) -> reqwest::ClientBuilder {
    let client = builder();
    match reqwest::Url::parse(url) {
        // What is on this machine is no business of a proxy's.
        Ok(url) if is_this_machine(&url) => client.no_proxy(),
        // Not even a redirection leads to where anybody could answer.
        Ok(url) => client.https_only(url.scheme() == "https"),
        Err(_) => client,
    }
}

/// Whether what comes from an address is what its owner sent: by HTTPS, or from this machine.
pub fn is_safe(url: &str) -> bool {
    reqwest::Url::parse(url).is_ok_and(|url| url.scheme() == "https" || is_this_machine(&url))
}

fn is_this_machine(url: &reqwest::Url) -> bool {
    matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"))
}
