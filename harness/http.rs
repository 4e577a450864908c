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
