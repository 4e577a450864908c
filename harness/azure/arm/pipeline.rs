//! The HTTP pipelines, one for each combination of token and retries.

use std::sync::Arc;

use azure_core::http::policies::Policy;
use azure_core::http::policies::auth::BearerTokenAuthorizationPolicy;
use azure_core::http::{ClientOptions, Pipeline, RetryOptions, Transport, UserAgentOptions};

use super::Options;

/// The policy that adds a token for the resource manager.
pub(super) fn token(options: &Options) -> Arc<dyn Policy> {
    let credential = Arc::new(options.credential.clone());
    let scope = options.endpoints.management_scope();
    Arc::new(BearerTokenAuthorizationPolicy::new(credential, [scope]))
}

/// A pipeline that retries as `retry` says, adds a token if one is given, and records exchanges.
pub(super) fn pipeline(
    options: &Options,
    http: &reqwest::Client,
    retry: RetryOptions,
    token: Option<Arc<dyn Policy>>,
) -> Pipeline {
    // The recorder is last, so that it sees each attempt with its final headers.
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
