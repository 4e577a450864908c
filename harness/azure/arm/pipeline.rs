//! The ways that requests go, one for each mix of token and repeats.

use std::sync::Arc;

use azure_core::http::policies::Policy;
use azure_core::http::policies::auth::BearerTokenAuthorizationPolicy;
use azure_core::http::{ClientOptions, Pipeline, RetryOptions, Transport, UserAgentOptions};

use super::Options;

/// The policy that adds a token of the resource manager.
pub(super) fn token(options: &Options) -> Arc<dyn Policy> {
    let credential = Arc::new(options.credential.clone());
    let scope = options.endpoints.management_scope();
    Arc::new(BearerTokenAuthorizationPolicy::new(credential, [scope]))
}

/// A way that requests go: repeated by `retry`, with a token or without, told to the recorder.
pub(super) fn pipeline(
    options: &Options,
    http: &reqwest::Client,
    retry: RetryOptions,
    token: Option<Arc<dyn Policy>>,
) -> Pipeline {
    // The recorder comes last, so that it sees each try and what is sent in it.
    let recorder = options.recorder.clone().map(|it| Arc::new(it) as _);
    let each_try = token.into_iter().chain(recorder).collect();
    let client_options = ClientOptions {
        transport: Some(Transport::new(Arc::new(http.clone()))),
        user_agent: UserAgentOptions {
            application_id: Some("harness".to_owned()),
        },
        retry,
        ..ClientOptions::default()
    };
    let version = Some(env!("CARGO_PKG_VERSION"));
    let none = Vec::new();
    Pipeline::new(
        Some("harness"),
        version,
        client_options,
        none,
        each_try,
        None,
    )
}
