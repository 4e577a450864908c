//! What a subscription is, the tenant that it is of, and where it may have resources.
//!
//! <https://learn.microsoft.com/rest/api/resources/subscriptions>

use serde_json::{Value, json};

use super::cloud::Cloud;
use super::message::{Request, Response};
use super::place;
use super::refusal::Refusal;
use super::version;

impl Cloud {
    /// The answer about the account, if that is what is asked.
    pub(super) fn account_api(
        &self,
        request: &Request,
        segments: &[String],
    ) -> Option<Result<Response, Refusal>> {
        if request.method != "GET" {
            return None;
        }
        let lower: Vec<String> = segments.iter().map(|part| part.to_lowercase()).collect();
        let lower: Vec<&str> = lower.iter().map(String::as_str).collect();
        let answer = |answer: fn(&Self) -> Response| {
            let known = version::known(request, version::SUBSCRIPTIONS);
            Some(known.map(|()| answer(self)))
        };
        match lower.as_slice() {
            ["tenants"] => answer(|cloud| Self::list([cloud.tenant()])),
            ["subscriptions"] => answer(|cloud| Self::list([cloud.subscription()])),
            ["subscriptions", _] => answer(|cloud| Response::json(200, cloud.subscription())),
            ["subscriptions", _, "locations"] => answer(Self::locations),
            // Nothing of this cloud is in preview.
            [
                "subscriptions",
                _,
                "providers",
                "microsoft.features",
                "features",
            ]
            | [
                "subscriptions",
                _,
                "providers",
                "microsoft.features",
                "providers",
                _,
                "features",
            ] => {
                let known = version::known(request, version::FEATURES);
                Some(known.map(|()| Self::list([])))
            }
            _ => None,
        }
    }

    fn tenant(&self) -> Value {
        let tenant = &self.settings.tenant;
        json!({
            "id": format!("/tenants/{tenant}"),
            "tenantId": tenant,
            "displayName": "Simulated",
            "tenantCategory": "Home",
            "domains": [],
        })
    }

    fn subscription(&self) -> Value {
        let id = &self.settings.subscription;
        let mut subscription = json!({
            "id": format!("/subscriptions/{id}"),
            "subscriptionId": id,
            "tenantId": self.settings.tenant,
            "displayName": "Simulated",
            "state": "Enabled",
            "subscriptionPolicies": {"locationPlacementId": "Public_2014-09-01", "quotaId": "PayAsYouGo_2014-09-01", "spendingLimit": "Off"},
            "authorizationSource": "RoleBased",
            "managedByTenants": [],
        });
        if !self.state.tags.is_empty() {
            subscription["tags"] = json!(self.state.tags);
        }
        subscription
    }

    fn locations(&self) -> Response {
        let below = format!("/subscriptions/{}/locations", self.settings.subscription);
        Self::list(place::described().map(|(name, text, geography)| {
            json!({
                "id": format!("{below}/{name}"),
                "name": name,
                "type": "Region",
                "displayName": text,
                "regionalDisplayName": format!("({geography}) {text}"),
                "metadata": {
                    "regionType": "Physical",
                    "regionCategory": "Recommended",
                    "geographyGroup": geography,
                },
            })
        }))
    }
}
