//! The directory (Microsoft Entra ID): issues and checks tokens for the only client.

use std::time::Duration;

use base::secret::Secret;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jiff::Timestamp;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::hash::{guid, hex};
use super::message::{Request, Response};
use super::refusal::Refusal;
use super::settings::Settings;
use super::state::{State, Token};

/// Lifetime of a token in seconds.
const LIFETIME: u64 = 3599;

/// How long an expired token is remembered. The refusal of a known token is "expired", not
/// "invalid".
const KEPT: Duration = Duration::from_hours(1);

fn digest_of(text: &str) -> String {
    hex(&Sha256::digest(text.as_bytes()))
}

/// Object id of the client's service principal.
pub(super) fn object_of(settings: &Settings) -> String {
    guid(&["service principal", &settings.client])
}

/// Answers a request to the directory. Returns `None` for another path.
pub(super) fn directory(
    settings: &Settings,
    state: &mut State,
    now: Timestamp,
    request: &Request,
) -> Option<Response> {
    let segments = request.segments();
    let parts: Vec<&str> = segments.iter().map(String::as_str).collect();
    let method = request.method.as_str();
    let tenant = match (method, parts.as_slice()) {
        ("POST", [tenant, "oauth2", "v2.0", "token"]) => {
            return Some(token(
                settings,
                state,
                now,
                tenant,
                request,
                &scope_of(request),
            ));
        }
        // Version 1 of the protocol has a `resource` instead of a scope.
        ("POST", [tenant, "oauth2", "token"]) => {
            let resource = request.form("resource").unwrap_or_default();
            let scope = format!("{resource}/.default");
            return Some(token(settings, state, now, tenant, request, &scope));
        }
        ("GET", [_, "discovery" | "v2.0" | "oauth2", .., "keys"]) => {
            // Only this cloud verifies its tokens, so clients need no keys.
            return Some(Response::json(200, json!({"keys": []})));
        }
        ("GET", [_, "discovery", "instance"]) => settings.tenant.as_str(),
        (
            "GET",
            [tenant, "v2.0", ".well-known", "openid-configuration"]
            | [tenant, ".well-known", "openid-configuration"],
        ) => *tenant,
        _ => return None,
    };
    if !has_tenant(settings, tenant) {
        return Some(no_tenant(tenant));
    }
    Some(Response::json(200, openid(settings, tenant)))
}

/// Whether a name is the only tenant or stands for any tenant.
fn has_tenant(settings: &Settings, tenant: &str) -> bool {
    let any = ["common", "organizations"];
    any.contains(&tenant) || tenant.eq_ignore_ascii_case(&settings.tenant)
}

/// The `OpenID` configuration: addresses of the token endpoint and of the other endpoints.
fn openid(settings: &Settings, tenant: &str) -> Value {
    let base = &settings.base_url;
    let host = base.trim_start_matches("https://");
    json!({
        "issuer": format!("{base}/{}/v2.0", settings.tenant),
        "token_endpoint": format!("{base}/{tenant}/oauth2/v2.0/token"),
        "authorization_endpoint": format!("{base}/{tenant}/oauth2/v2.0/authorize"),
        "device_authorization_endpoint": format!("{base}/{tenant}/oauth2/v2.0/devicecode"),
        "end_session_endpoint": format!("{base}/{tenant}/oauth2/v2.0/logout"),
        "jwks_uri": format!("{base}/{tenant}/discovery/v2.0/keys"),
        "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
        "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
        "response_modes_supported": ["query", "fragment", "form_post"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "cloud_instance_name": host,
        "msgraph_host": host,
        "tenant_discovery_endpoint": format!("{base}/{tenant}/v2.0/.well-known/openid-configuration"),
        "api-version": "1.1",
        "metadata": [{"preferred_network": host, "preferred_cache": host, "aliases": [host]}],
    })
}

fn token(
    settings: &Settings,
    state: &mut State,
    now: Timestamp,
    tenant: &str,
    request: &Request,
    scope: &str,
) -> Response {
    let basic = basic_of(request);
    let form = |name: &str| {
        let from_header = match (name, &basic) {
            ("client_id", Some((client, _))) => Some(client.clone()),
            ("client_secret", Some((_, secret))) => Some(secret.clone()),
            _ => None,
        };
        from_header
            .or_else(|| request.form(name))
            .unwrap_or_default()
    };
    if !tenant.eq_ignore_ascii_case(&settings.tenant) {
        return no_tenant(tenant);
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
    let Some(audience) = scope.strip_suffix("/.default") else {
        let text = format!(
            "AADSTS1002012: The provided value for scope {scope} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier."
        );
        return denied(400, "invalid_scope", 1_002_012, &text);
    };
    // The token lasts as long on the client's clock as `expires_in` says.
    let lifetime = Duration::from_secs(LIFETIME) * settings.pace;
    let token = issue(settings, state, now, audience, lifetime);
    let mut answer = json!({
        "token_type": "Bearer",
        "expires_in": LIFETIME,
        "ext_expires_in": LIFETIME,
        "access_token": token.reveal(),
    });
    if let Some(resource) = request.form("resource") {
        // Version 1 of the protocol writes numbers as text.
        answer["expires_in"] = json!(LIFETIME.to_string());
        answer["ext_expires_in"] = json!(LIFETIME.to_string());
        answer["expires_on"] = json!((now + lifetime).as_second().to_string());
        answer["not_before"] = json!(now.as_second().to_string());
        answer["resource"] = json!(resource);
    }
    Response::json(200, answer).with_header("Cache-Control", "no-store, no-cache")
}

/// Issues a token. It has the form of a JSON web token of Entra, since clients read their own ids
/// from it. Its signature means nothing: a token is valid if its digest is in the state and it has
/// not expired.
pub(super) fn issue(
    settings: &Settings,
    state: &mut State,
    now: Timestamp,
    audience: &str,
    lifetime: Duration,
) -> Secret {
    state.tokens.retain(|token| token.expires + KEPT > now);
    let expires = now + lifetime;
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
        digest: digest_of(text.reveal()),
        audience,
        expires,
    };
    state.tokens.push(token);
    text
}

/// The valid token with this text.
pub(super) fn token_of<'a>(state: &'a State, now: Timestamp, text: &str) -> Option<&'a Token> {
    let digest = digest_of(text);
    let mut tokens = state.tokens.iter();
    tokens.find(|token| token.digest == digest && token.expires > now)
}

/// Whether the audience of a token is Azure Resource Manager.
pub(super) fn is_for_resource_manager(settings: &Settings, token: &Token) -> bool {
    const PUBLIC: [&str; 2] = [
        "https://management.azure.com",
        "https://management.core.windows.net",
    ];
    PUBLIC.contains(&token.audience.as_str()) || token.audience == settings.base_url
}

/// Refuses a request without a valid token for Azure Resource Manager.
pub(super) fn authenticate(
    settings: &Settings,
    state: &State,
    now: Timestamp,
    request: &Request,
) -> Result<(), Response> {
    let bearer = request
        .header("authorization")
        .and_then(|text| text.strip_prefix("Bearer "));
    let Some(bearer) = bearer else {
        let text = "Authentication failed. The 'Authorization' header is missing.";
        return Err(challenge(settings, "AuthenticationFailed", text));
    };
    let digest = digest_of(bearer);
    let mut tokens = state.tokens.iter();
    let known = tokens.find(|token| token.digest == digest);
    match known {
        None => Err(challenge(
            settings,
            "InvalidAuthenticationToken",
            "The access token is invalid.",
        )),
        Some(token) if token.expires <= now => {
            let text = "The access token expiry UTC time is earlier than current UTC time.";
            Err(challenge(settings, "ExpiredAuthenticationToken", text))
        }
        Some(token) if !is_for_resource_manager(settings, token) => {
            let text = "The access token has been obtained for the wrong audience or resource. It should exactly match one of the allowed audiences 'https://management.core.windows.net/','https://management.azure.com/'.";
            Err(challenge(
                settings,
                "InvalidAuthenticationTokenAudience",
                text,
            ))
        }
        Some(_) => Ok(()),
    }
}

fn challenge(settings: &Settings, code: &str, text: &str) -> Response {
    let authority = format!("{}/{}", settings.base_url, settings.tenant);
    Refusal::new(401, code, text).response().with_header(
        "WWW-Authenticate",
        format!(
            "Bearer authorization_uri=\"{authority}\", error=\"invalid_token\", \
             error_description=\"{text}\""
        ),
    )
}

/// The requested scope, without the scopes of `OpenID`.
fn scope_of(request: &Request) -> String {
    let scope = request.form("scope").unwrap_or_default();
    let openid_scopes = ["openid", "profile", "email", "offline_access"];
    let asked = scope
        .split_whitespace()
        .filter(|one| !openid_scopes.contains(one));
    asked.collect::<Vec<_>>().join(" ")
}

/// The client's id and secret from the Basic authorization header.
fn basic_of(request: &Request) -> Option<(String, String)> {
    let header = request.header("authorization")?;
    let decoded = STANDARD.decode(header.strip_prefix("Basic ")?).ok()?;
    let text = String::from_utf8(decoded).ok()?;
    let (client, secret) = text.split_once(':')?;
    Some((client.to_owned(), secret.to_owned()))
}

fn no_tenant(tenant: &str) -> Response {
    let text = format!(
        "AADSTS90002: Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud."
    );
    denied(400, "invalid_request", 90002, &text)
}

fn denied(status: u16, error: &str, code: u32, text: &str) -> Response {
    let body = json!({"error": error, "error_description": text, "error_codes": [code]});
    Response::json(status, body)
}
