//! The cloud's metadata: addresses of its services. Clients need no token for it.
//!
//! `az cloud register` takes one document, in the form of 2022-09-01. `ARM_CLOUD_METADATA_URL` and
//! other clients take a list of clouds, in the form of 2019-05-01. Older tools take a form of 2015.

use serde_json::{Value, json};

use super::handler::unknown_method;
use super::message::{Request, Response};
use super::refusal::Refusal;
use super::settings::Settings;

/// The cloud's name.
const NAME: &str = "HarnessRehearsal";

/// From this version on, the response is one document.
const SINGLE: &str = "2022-09-01";

/// From this version on, the response has today's form.
const TODAY: &str = "2018-05-01";

/// Answers a request for the cloud's metadata. Returns `None` for another path.
pub(super) fn metadata(settings: &Settings, request: &Request) -> Option<Response> {
    let path = request.url.path().trim_end_matches('/').to_lowercase();
    if path != "/metadata/endpoints" {
        return None;
    }
    if request.method != "GET" {
        return Some(unknown_method(&request.method).response());
    }
    let Some(version) = request.query("api-version") else {
        let message =
            "The api-version query parameter (?api-version=) is required for all requests.";
        return Some(Refusal::bad("MissingApiVersionParameter", message).response());
    };
    let answer = if version.as_str() >= SINGLE {
        endpoints(settings)
    } else if version.as_str() >= TODAY {
        json!([endpoints(settings)])
    } else {
        endpoints_of_2015(settings)
    };
    Some(Response::json(200, answer))
}

fn endpoints(settings: &Settings) -> Value {
    let base = &settings.base_url;
    let host = base.trim_start_matches("https://");
    json!({
        "name": NAME,
        "resourceManager": base,
        "authentication": {
            "loginEndpoint": base,
            "audiences": [
                "https://management.core.windows.net/",
                "https://management.azure.com/",
            ],
            "tenant": "common",
            "identityProvider": "AAD",
        },
        "portal": base,
        "graph": "https://graph.windows.net/",
        "graphAudience": "https://graph.windows.net/",
        "microsoftGraphResourceId": format!("{base}/"),
        "gallery": base,
        "batch": "https://batch.core.windows.net/",
        "ossrdbmsResourceId": "https://ossrdbms-aad.database.windows.net",
        "suffixes": {
            "acrLoginServer": host,
            "mysqlServerEndpoint": "mysql.database.azure.com",
            "keyVaultDns": "vault.azure.net",
            "storage": "core.windows.net",
            "sqlServerHostname": "database.windows.net",
        },
    })
}

fn endpoints_of_2015(settings: &Settings) -> Value {
    let base = &settings.base_url;
    json!({
        "galleryEndpoint": base,
        "graphEndpoint": "https://graph.windows.net/",
        "portalEndpoint": base,
        "authentication": {
            "loginEndpoint": base,
            "audiences": [
                "https://management.core.windows.net/",
                "https://management.azure.com/",
            ],
        },
    })
}
