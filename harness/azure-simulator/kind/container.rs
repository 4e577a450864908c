//! Container registries and Kubernetes clusters.

use azure::resource_type;
use serde_json::{Value, json};

use super::super::hash::guid;
use super::super::operation::Headers;
use super::super::refusal::Refusal;
use super::super::{offer, pools, version};
use super::draft::Draft;
use super::rules::{Kind, LocationKind, Patch};
use super::{addresses, immutable, kubernetes_version, nodes, pool};

pub(super) const KINDS: &[Kind] = &[
    Kind {
        name: resource_type::REGISTRY,
        versions: version::REGISTRY,
        location: LocationKind::Region,
        takes: [9, 5, 6],
        accepted: 201,
        headers: [Headers::AsyncOperation, Headers::Location],
        shows_progress: true,
        check: registry,
        complete: |draft, document| {
            document["sku"]["tier"] = document["sku"]["name"].clone();
            let created = draft.before().map_or(draft.now, |before| before.created);
            document["properties"]["creationDate"] = json!(created.to_string());
        },
        patch: Patch::Any,
        deletion_check: None,
    },
    Kind {
        name: resource_type::CLUSTER,
        versions: version::KUBERNETES,
        location: LocationKind::Region,
        takes: [290, 120, 240],
        accepted: 201,
        headers: [Headers::Both; 2],
        shows_progress: true,
        check: cluster,
        complete: complete_cluster,
        patch: Patch::Tags,
        deletion_check: None,
    },
];

fn registry(draft: &Draft<'_>) -> Result<(), Refusal> {
    draft.name(5, 50, |c| c.is_ascii_alphanumeric())?;
    super::name::check_not_reserved(draft)?;
    draft.required("/sku/name")?;
    draft.one_of("/sku/name", &["Basic", "Standard", "Premium"])?;
    let closed = draft.text("/properties/publicNetworkAccess") == Some("Disabled");
    if closed && draft.text("/sku/name") != Some("Premium") {
        let message = "Disabling public network access is supported by the Premium SKU only.";
        return Err(Refusal::bad("PublicNetworkAccessNotSupported", message));
    }
    let name = draft.id.name().to_lowercase();
    let taken = draft.state.resources.iter().any(|(key, one)| {
        one.kind == resource_type::REGISTRY
            && *key != draft.id.key()
            && key.ends_with(&format!("/{name}"))
    });
    if taken {
        let message = format!("The registry DNS name {name}.azurecr.io is already in use.");
        return Err(Refusal::conflict("AlreadyInUse", message));
    }
    Ok(())
}

/// Refusals of AKS have no `error` around them:
/// <https://github.com/Azure/terraform-azurerm-avm-res-containerservice-managedcluster/issues/166>.
fn cluster(draft: &Draft<'_>) -> Result<(), Refusal> {
    cluster_itself(draft).map_err(Refusal::of_aks)
}

fn cluster_itself(draft: &Draft<'_>) -> Result<(), Refusal> {
    super::name::of_cluster(draft)?;
    if draft.before().is_none() {
        draft.all_required(&["/identity/type", "/properties/agentPoolProfiles"])?;
    }
    draft.one_of("/sku/name", &["Base", "Automatic"])?;
    draft.one_of("/sku/tier", &["Free", "Standard", "Premium"])?;
    draft.one_of(
        "/properties/networkProfile/networkPlugin",
        &["azure", "kubenet", "none"],
    )?;
    draft.one_of(
        "/properties/networkProfile/networkPolicy",
        &["calico", "azure", "cilium", "none"],
    )?;
    immutable::cluster(draft)?;
    check_identities(draft)?;
    addresses::of_cluster(draft)?;
    pool::of_cluster(draft)?;
    kubernetes_version::check(draft)?;
    nodes::of_cluster(draft)
}

fn check_identities(draft: &Draft<'_>) -> Result<(), Refusal> {
    let wanted = draft
        .body
        .pointer("/identity/userAssignedIdentities")
        .and_then(Value::as_object);
    for id in wanted.into_iter().flat_map(serde_json::Map::keys) {
        draft.state.resource(id).ok_or_else(|| {
            let message = format!("The identity {id} does not exist.");
            Refusal::bad("FailedIdentityOperation", message)
        })?;
    }
    if super::kubelet::is_created_by_aks(draft) {
        return Ok(());
    }
    draft.referenced(super::kubelet::IDENTITY).map(drop)?;
    super::kubelet::check_assignable(draft)
}

fn complete_cluster(draft: &Draft<'_>, document: &mut Value) {
    if let Some(before) = draft.before() {
        for part in ["sku", "identity", "properties"] {
            let mut kept = before.document[part].clone();
            pools::merge(&mut kept, &document[part]);
            document[part] = kept;
        }
    }
    let location = document["location"].as_str().unwrap_or_default().to_owned();
    complete_identity(draft, &mut document["identity"]);
    let properties = &mut document["properties"];
    complete_addresses(draft, &location, properties);
    complete_version(draft, properties);
    complete_kubelet(draft, properties);
    complete_pools(draft, properties);
}

/// Adds the principals of the control plane.
fn complete_identity(draft: &Draft<'_>, identity: &mut Value) {
    let given = identity
        .pointer_mut("/userAssignedIdentities")
        .and_then(Value::as_object_mut);
    for (id, shown) in given.into_iter().flatten() {
        let known = draft.state.resource(id);
        *shown = known.map_or(json!({}), |one| {
            let properties = &one.document["properties"];
            json!({"principalId": properties["principalId"], "clientId": properties["clientId"]})
        });
    }
    if identity["type"] == "SystemAssigned" {
        identity["principalId"] = json!(guid(&["principal", &draft.id.key()]));
        identity["tenantId"] = json!(draft.settings.tenant);
    }
}

/// Adds the addresses of the cluster and of its token issuer, and the group of its nodes.
fn complete_addresses(draft: &Draft<'_>, location: &str, properties: &mut Value) {
    let (key, name) = (draft.id.key(), draft.id.name());
    let hash = &guid(&["dns", &key])[..8];
    let prefix = properties["dnsPrefix"].as_str().unwrap_or(name).to_owned();
    properties["fqdn"] = json!(format!("{prefix}-{hash}.hcp.{location}.azmk8s.io"));
    properties["powerState"] = json!({"code": "Running"});
    properties["maxAgentPools"] = json!(100);
    if properties["nodeResourceGroup"].is_null() {
        let group = draft.id.group().unwrap_or_default();
        properties["nodeResourceGroup"] = json!(format!("MC_{group}_{name}_{location}"));
    }
    if properties["oidcIssuerProfile"]["enabled"] == true {
        let issuer = format!(
            "https://{location}.oic.prod-aks.azure.com/{}/{}/",
            draft.settings.tenant,
            guid(&["issuer", &key])
        );
        properties["oidcIssuerProfile"]["issuerURL"] = json!(issuer);
    }
}

fn complete_version(draft: &Draft<'_>, properties: &mut Value) {
    if properties["supportPlan"].is_null() {
        properties["supportPlan"] = json!("KubernetesOfficial");
    }
    if properties["kubernetesVersion"].is_null() {
        properties["kubernetesVersion"] = json!(offer::DEFAULT);
    }
    properties["currentKubernetesVersion"] = json!(kubernetes_version::of(draft));
}

/// Adds the identity that AKS creates for the nodes, unless the request names one.
fn complete_kubelet(draft: &Draft<'_>, properties: &mut Value) {
    if !properties["identityProfile"].is_null() {
        return;
    }
    let (key, name) = (draft.id.key(), draft.id.name());
    let group = properties["nodeResourceGroup"].as_str().unwrap_or_default();
    let id = format!(
        "/subscriptions/{}/resourceGroups/{group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{name}-agentpool",
        draft.settings.subscription
    );
    properties["identityProfile"] = json!({"kubeletidentity": {
        "resourceId": id,
        "clientId": guid(&["kubelet client", &key]),
        "objectId": guid(&["kubelet", &key]),
    }});
}

/// Adds defaults to the pools of a new cluster. Existing pools get no defaults.
fn complete_pools(draft: &Draft<'_>, properties: &mut Value) {
    if draft.before().is_some() {
        return;
    }
    let control = properties["currentKubernetesVersion"].as_str();
    let defaults = pool::defaults(control.unwrap_or_default());
    let pools = properties["agentPoolProfiles"].as_array_mut();
    for pool in pools.into_iter().flatten() {
        let mut whole = defaults.clone();
        pools::merge(&mut whole, pool);
        *pool = whole;
    }
}
