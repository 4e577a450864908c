//! Rewrites the directory's answers to token requests so that `azure_identity` can parse them.
//!
//! `azure_identity` cannot parse an error description that contains characters which JSON escapes.
//! The directory's descriptions contain line breaks
//! (<https://learn.microsoft.com/entra/identity-platform/reference-error-codes>), and it answers
//! throttled requests with plain text
//! (<https://github.com/AzureAD/microsoft-authentication-library-for-dotnet/issues/2855>). Without
//! this policy, the user would see only a parse error.

use std::sync::Arc;

use azure_core::http::policies::{Policy, PolicyResult};
use azure_core::http::{AsyncRawResponse, Context, Request};
use serde_json::{Value, json};

/// The end of the token endpoint's path.
const TOKEN: &str = "/oauth2/v2.0/token";

/// The most characters of a description that are kept.
const LONGEST: usize = 500;

/// Rewrites the directory's errors so that `azure_identity` can parse them.
#[derive(Debug)]
pub(super) struct Readable;

#[async_trait::async_trait]
impl Policy for Readable {
    async fn send(
        &self,
        context: &Context,
        request: &mut Request,
        next: &[Arc<dyn Policy>],
    ) -> PolicyResult {
        let answer = next[0].send(context, request, &next[1..]).await?;
        if answer.status().is_success() || !request.url().path().ends_with(TOKEN) {
            return Ok(answer);
        }
        let (status, headers, body) = answer.deconstruct();
        let body = body.collect().await?;
        let readable = readable(&body).to_string().into_bytes();
        Ok(AsyncRawResponse::from_bytes(status, headers, readable))
    }
}

/// The directory's error with its codes, and its description on one line without escapes.
fn readable(body: &[u8]) -> Value {
    let document: Value = serde_json::from_slice(body).unwrap_or_default();
    let text = |key: &str| document.get(key)?.as_str().map(str::to_owned);
    let description = text("error_description").or_else(|| text("error"));
    let description = description.unwrap_or_else(|| String::from_utf8_lossy(body).into_owned());
    let words = description.split_whitespace().collect::<Vec<_>>().join(" ");
    let plain = words
        .chars()
        .filter(|c| !c.is_control() && !"\"\\".contains(*c));
    json!({
        "error": text("error"),
        "error_codes": document.get("error_codes").cloned().unwrap_or_else(|| json!([])),
        "error_description": plain.take(LONGEST).collect::<String>(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_quotes_and_plain_text_become_a_description_that_needs_no_escapes() {
        let entra = json!({
            "error": "invalid_client", "error_codes": [7_000_215],
            "error_description": "AADSTS7000215: Invalid \"secret\".\r\nTrace ID: 1\r\n",
        });
        for (body, expected, codes) in [
            (
                entra.to_string(),
                "AADSTS7000215: Invalid secret. Trace ID: 1",
                json!([7_000_215]),
            ),
            (
                "Too Many Requests".to_owned(),
                "Too Many Requests",
                json!([]),
            ),
            (r#"{"error":"busy"}"#.to_owned(), "busy", json!([])),
            (String::new(), "", json!([])),
        ] {
            let readable = readable(body.as_bytes());
            assert_eq!(readable["error_description"], expected);
            assert_eq!(readable["error_codes"], codes);
        }
    }
}
