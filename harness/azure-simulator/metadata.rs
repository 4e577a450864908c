//! Where the services of this cloud are, for whoever asks without having signed in.
//!
//! `az cloud register` takes one document, in the form of 2022-09-01; `ARM_CLOUD_METADATA_URL` and
//! others take a list of clouds, in that of 2019-05-01; older tools a form of 2015.

use serde_json::{Value, json};

use super::asked::unknown_method;
use super::message::{Request, Response};
use super::refusal::Refusal;
use super::settings::Settings;

/// What this cloud is called.
const NAME: &str = "HarnessRehearsal";

/// From which version on the answer is one document.
const SINGLE: &str = "2022-09-01";

/// From which version on it is of the form of today.
const TODAY: &str = "2018-05-01";

/// The answer about the cloud itself, if that is what is asked.
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
