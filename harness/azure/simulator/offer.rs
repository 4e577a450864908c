//! What may be asked before anything is made: names, sizes, quotas.

use serde_json::{Value, json};

use super::cloud::Cloud;
use super::group::document_of;
use super::id::ResourceId;
use super::kind::MYSQL_SKUS;
use super::message::{Request, Response};
use super::place;
use super::refusal::Refusal;
use super::version;

/// The versions of each question.
const QUESTIONS: &[(&str, &[&str])] = &[
    ("capabilities", version::MYSQL),
    ("mysqlname", version::MYSQL),
    ("registryname", version::REGISTRY),
    ("permissions", version::ROLE_DEFINITIONS),
    ("usages", version::COMPUTE),
    ("skus", version::COMPUTE_SKUS),
    ("kubernetesversions", version::KUBERNETES),
];

impl Cloud {
    /// Whether a name is not taken.
    pub(super) fn name_is_free(
        &self,
        request: &Request,
        question: &str,
        kind: &str,
    ) -> Result<Response, Refusal> {
        let body = document_of(request)?;
        let name = body["name"].as_str().unwrap_or_default();
        let wanted = body["type"].as_str().unwrap_or(kind);
        if !wanted.eq_ignore_ascii_case(kind) {
            let message = format!("The type '{wanted}' is not valid.");
            return Err(Refusal::bad("InvalidParameterValue", message));
        }
        let mut resources = self.state.resources.values();
        let taken = resources.any(|one| {
            one.kind == kind && ResourceId::parse(&one.id).name().eq_ignore_ascii_case(name)
        });
        let mut answer = json!({"nameAvailable": !taken});
        if taken {
            answer["reason"] = json!("AlreadyExists");
            answer["message"] = json!(format!("The name {name} is already in use."));
        }
        versioned(request, question, Response::json(200, answer))
    }
}

/// The answer to a question that is asked in its version.
pub(super) fn versioned(
    request: &Request,
    question: &str,
    answer: Response,
) -> Result<Response, Refusal> {
    let asked = QUESTIONS.iter().find(|(name, _)| *name == question);
    let versions = asked.map_or(&[][..], |(_, versions)| versions);
    version::known(request, versions).map(|()| answer)
}

/// What MySQL has in a region.
pub(super) fn capabilities(place: &str) -> Response {
    if !place::REGIONS.contains(&place) {
        let message = format!("The location '{place}' is not valid for flexible servers.");
        return Refusal::bad("LocationNotAvailable", message).response();
    }
    let tiers = ["Burstable", "GeneralPurpose", "MemoryOptimized"].map(|tier| {
        let skus: Vec<Value> = MYSQL_SKUS
            .iter()
            .filter(|(_, of, _)| *of == tier)
            .map(|(name, _, cores)| json!({"name": name, "vCores": cores, "supportedIops": 640 * cores, "supportedMemoryPerVCoreMB": 4096}))
            .collect();
        let versions = ["5.7", "8.0.21", "8.4"].map(|version| json!({"name": version, "supportedSkus": skus}));
        json!({
            "name": tier,
            "supportedServerVersions": versions,
            "supportedStorageEditions": [{
                "name": "Premium",
                "minStorageSize": 20480,
                "maxStorageSize": 16_777_216,
                "minBackupRetentionDays": 1,
                "maxBackupRetentionDays": 35,
                "minBackupIntervalHours": 12,
                "maxBackupIntervalHours": 24,
            }],
        })
    });
    Cloud::list(vec![json!({
        "zone": "none",
        "supportedHAMode": ["SameZone", "ZoneRedundant"],
        "supportedGeoBackupRegions": [],
        "supportedFlexibleServerEditions": tiers,
    })])
}

/// How many vCores are used and allowed.
pub(super) fn usages() -> Response {
    let families = [
        ("cores", "Total Regional vCPUs"),
        ("standardDSv5Family", "Standard DSv5 Family vCPUs"),
        ("standardDDSv5Family", "Standard DDSv5 Family vCPUs"),
        ("standardBSFamily", "Standard BS Family vCPUs"),
    ];
    let usage = |(value, text): (&str, &str)| json!({"unit": "Count", "currentValue": 0, "limit": 100, "name": {"value": value, "localizedValue": text}});
    Cloud::list(families.map(usage).to_vec())
}
