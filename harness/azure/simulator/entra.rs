//! The directory: tokens for the one client, and who bears one.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde_json::json;

use super::cloud::Cloud;
use super::message::{Request, Response};
use super::refusal::Refusal;
use super::settings::Settings;
use super::state::guid;
use crate::secret::Secret;

/// How long a token is good for, in seconds.
const LIFETIME: u64 = 3599;

/// How long an expired token is remembered, so that it is called expired and not invalid.
const KEPT: Duration = Duration::from_hours(1);

/// A token that was given out; none of them is saved.
#[derive(Debug, Clone)]
pub(super) struct Token {
    pub(super) text: Secret,
    /// What it is for: an audience, or the scope of a registry.
    pub(super) audience: String,
    pub(super) expires: Timestamp,
}

/// Object id of the client's service principal.
pub(super) fn object_of(settings: &Settings) -> String {
    guid(&["service principal", &settings.client])
}

impl Cloud {
    /// The answer of the directory, if it is asked.
    pub(super) fn directory(&mut self, now: Timestamp, request: &Request) -> Option<Response> {
        let segments = request.segments();
        let parts: Vec<&str> = segments.iter().map(String::as_str).collect();
        let tenant = match parts.as_slice() {
            [tenant, "oauth2", "v2.0", "token"] if request.method == "POST" => {
                return Some(self.token(now, tenant, request));
            }
            [tenant, "v2.0", ".well-known", "openid-configuration"] => *tenant,
            [_, "discovery", "instance"] => self.settings.tenant.as_str(),
            _ => return None,
        };
        let base = &self.settings.base_url;
        let endpoint = format!("{base}/{tenant}/v2.0/.well-known/openid-configuration");
        let host = base.trim_start_matches("https://");
        Some(Response::json(
            200,
            json!({
                "issuer": format!("{base}/{tenant}/v2.0"),
                "token_endpoint": format!("{base}/{tenant}/oauth2/v2.0/token"),
                "authorization_endpoint": format!("{base}/{tenant}/oauth2/v2.0/authorize"),
                "token_endpoint_auth_methods_supported": ["client_secret_post"],
                "tenant_discovery_endpoint": endpoint,
                "metadata": [{"preferred_network": host, "preferred_cache": host, "aliases": [host]}],
            }),
        ))
    }

    fn token(&mut self, now: Timestamp, tenant: &str, request: &Request) -> Response {
        let settings = &self.settings;
        let form = |name: &str| request.form(name).unwrap_or_default();
        if !tenant.eq_ignore_ascii_case(&settings.tenant) {
            let text = format!("AADSTS90002: Tenant '{tenant}' not found.");
            return denied(400, "invalid_request", 90002, &text);
        }
        if form("grant_type") != "client_credentials" {
            let text = format!(
                "AADSTS70003: The grant type '{}' is not supported.",
                form("grant_type")
            );
            return denied(400, "unsupported_grant_type", 70003, &text);
        }
        if !form("client_id").eq_ignore_ascii_case(&settings.client) {
            let text = format!(
                "AADSTS700016: Application with identifier '{}' was not found in the directory '{tenant}'.",
                form("client_id")
            );
            return denied(400, "unauthorized_client", 700_016, &text);
        }
        if form("client_secret") != settings.secret.reveal() {
            let text = format!(
                "AADSTS7000215: Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '{}'.",
                settings.client
            );
            return denied(401, "invalid_client", 7_000_215, &text);
        }
        let scope = form("scope");
        let Some(audience) = scope.strip_suffix("/.default") else {
            let text = format!(
                "AADSTS1002012: The provided value for scope {scope} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier."
            );
            return denied(400, "invalid_scope", 1_002_012, &text);
        };
        let token = self.issue(now, audience, Duration::from_secs(LIFETIME));
        Response::json(
            200,
            json!({
                "token_type": "Bearer",
                "expires_in": LIFETIME,
                "ext_expires_in": LIFETIME,
                "access_token": token.reveal(),
            }),
        )
        .with_header("Cache-Control", "no-store, no-cache")
    }

    /// A new token. It looks as one of Entra does, since clients read who they are from it; what
    /// makes it good is only that it was given out.
    pub(super) fn issue(&mut self, now: Timestamp, audience: &str, lifetime: Duration) -> Secret {
        self.tokens.retain(|token| token.expires + KEPT > now);
        let expires = now + lifetime;
        let settings = &self.settings;
        let claims = json!({
            "aud": audience,
            "iss": format!("https://sts.windows.net/{}/", settings.tenant),
            "iat": now.as_second(),
            "nbf": now.as_second(),
            "exp": expires.as_second(),
            "appid": settings.client,
            "oid": object_of(settings),
            "idtyp": "app",
            "tid": settings.tenant,
            "ver": "1.0",
        });
        let part = |text: String| URL_SAFE_NO_PAD.encode(text);
        let text = Secret::new(format!(
            "{}.{}.{}",
            part(json!({"typ": "JWT", "alg": "RS256"}).to_string()),
            part(claims.to_string()),
            Secret::generate().reveal()
        ));
        let audience = audience.trim_end_matches('/').to_owned();
        let token = Token {
            text: text.clone(),
            audience,
            expires,
        };
        self.tokens.push(token);
        text
    }

    /// The good token that a text is.
    pub(super) fn token_of(&self, now: Timestamp, text: &str) -> Option<&Token> {
        let mut tokens = self.tokens.iter();
        tokens.find(|token| token.text.reveal() == text && token.expires > now)
    }

    /// Whether a token is for Azure Resource Manager.
    pub(super) fn manages(&self, token: &Token) -> bool {
        const PUBLIC: [&str; 2] = [
            "https://management.azure.com",
            "https://management.core.windows.net",
        ];
        PUBLIC.contains(&token.audience.as_str()) || token.audience == self.settings.base_url
    }

    /// Refuses who does not bear a good token for Azure Resource Manager.
    pub(super) fn authenticate(&self, now: Timestamp, request: &Request) -> Result<(), Response> {
        let bearer = request
            .header("authorization")
            .and_then(|text| text.strip_prefix("Bearer "));
        let Some(bearer) = bearer else {
            let text = "Authentication failed. The 'Authorization' header is missing.";
            return Err(self.challenge("AuthenticationFailed", text));
        };
        let known = self
            .tokens
            .iter()
            .find(|token| token.text.reveal() == bearer);
        match known {
            None => {
                Err(self.challenge("InvalidAuthenticationToken", "The access token is invalid."))
            }
            Some(token) if token.expires <= now => {
                let text = "The access token expiry UTC time is earlier than current UTC time.";
                Err(self.challenge("ExpiredAuthenticationToken", text))
            }
            Some(token) if !self.manages(token) => {
                let text = "The access token has been obtained for the wrong audience or resource. It should exactly match one of the allowed audiences 'https://management.core.windows.net/','https://management.azure.com/'.";
                Err(self.challenge("InvalidAuthenticationTokenAudience", text))
            }
            Some(_) => Ok(()),
        }
    }

    fn challenge(&self, code: &str, text: &str) -> Response {
        let authority = format!("{}/{}", self.settings.base_url, self.settings.tenant);
        Refusal::new(401, code, text).response().with_header(
            "WWW-Authenticate",
            format!(
                "Bearer authorization_uri=\"{authority}\", error=\"invalid_token\", \
                 error_description=\"{text}\""
            ),
        )
    }
}

fn denied(status: u16, error: &str, code: u32, text: &str) -> Response {
    let body = json!({"error": error, "error_description": text, "error_codes": [code]});
    Response::json(status, body)
}
