//! Descriptions of resources whose name and properties say little to people. Pure.

use std::collections::BTreeMap;

use azure::arm::Change;
use azure::resource_type::{CLUSTER, IDENTITY, NETWORK, POOL, REGISTRY, ROLE_ASSIGNMENT, SERVER};
use azure::template::role_name;
use serde_json::Value;

/// Describes resources.
#[derive(Debug, Default)]
pub(super) struct Reader {
    /// The names of principals, by their object id in lower case.
    principals: BTreeMap<String, String>,
}

impl Reader {
    /// A reader that knows the identities in `changes`, and the object id of the caller.
    pub(super) fn new(changes: &[Change], caller: &str) -> Self {
        let identities = changes.iter().filter_map(|change| {
            let id = change.id.as_ref()?.to_string();
            let configuration = change.resource_configuration_changes.as_ref()?;
            let principal = configuration.pointer("/before/properties/principalId")?;
            let ours = is_below(&id, IDENTITY);
            ours.then(|| {
                (
                    principal.as_str().unwrap_or_default().to_lowercase(),
                    named(&id),
                )
            })
        });
        let caller = (caller.to_lowercase(), "the promoter".to_owned());
        Self {
            principals: identities.chain([caller]).collect(),
        }
    }

    /// Describes a resource by its id, type, change and configuration. `None` if its name says
    /// enough.
    pub(super) fn read(
        &self,
        id: &str,
        kind: &str,
        act: &str,
        configuration: &Value,
    ) -> Option<String> {
        let properties = configuration.get("properties")?;
        if kind.eq_ignore_ascii_case(ROLE_ASSIGNMENT) {
            let (scope, _) = id.rsplit_once("/providers/")?;
            return self.assignment(scope, act, properties);
        }
        if kind.eq_ignore_ascii_case(POOL) && act == "create" {
            return pool(id, properties);
        }
        None
    }

    /// "WHO gets|has|keeps|loses ROLE on SCOPE".
    fn assignment(&self, scope: &str, act: &str, properties: &Value) -> Option<String> {
        let text = |key: &str| properties.get(key)?.as_str();
        let definition = text("roleDefinitionId")?;
        let role = role_name(definition)
            .unwrap_or_else(|| definition.rsplit('/').next().unwrap_or(definition));
        let who = self.principal(text("principalId")?);
        let verb = match act {
            "create" => "gets",
            "delete" => "loses",
            "detach" => "keeps",
            _ => "has",
        };
        Some(format!("{who} {verb} {role} on {}", named(scope)))
    }

    /// The name of a principal, by its object id or by the expression that refers to it.
    fn principal(&self, principal: &str) -> String {
        if let Some(known) = self.principals.get(&principal.to_lowercase()) {
            return known.clone();
        }
        let referred = principal.strip_prefix("[reference('");
        match referred.and_then(|it| it.split('\'').next()) {
            Some(id) => named(id),
            None => format!("principal {principal}"),
        }
    }
}

/// The number and size of a pool's nodes.
fn pool(id: &str, properties: &Value) -> Option<String> {
    let name = id.rsplit('/').next()?;
    let number = |key: &str| properties.get(key)?.as_u64();
    let size = properties.get("vmSize")?.as_str()?;
    let nodes = match number("count")? {
        1 => "1 node".to_owned(),
        count => format!("{count} nodes"),
    };
    let disk = number("osDiskSizeGB").map(|gib| format!(", {gib} GiB disk"));
    let pods = number("maxPods").map(|pods| format!(", at most {pods} pods a node"));
    let details = [disk, pods].into_iter().flatten().collect::<String>();
    Some(format!("{name}: {nodes} of {size}{details}"))
}

/// The resource of an id for people: `registry x`, `subnet net/nodes`.
fn named(id: &str) -> String {
    let known = [
        (REGISTRY, "registry"),
        (CLUSTER, "cluster"),
        (SERVER, "MySQL server"),
        (NETWORK, "network"),
        (IDENTITY, "identity"),
    ];
    let Some((_, below)) = id.rsplit_once("/providers/") else {
        let word = match id.trim_matches('/').split('/').count() {
            2 => "subscription",
            4 => "resource group",
            _ => return id.to_owned(),
        };
        return format!("{word} {}", id.rsplit('/').next().unwrap_or(id));
    };
    let names = below.split('/').skip(2).step_by(2);
    let name = names.collect::<Vec<_>>().join("/");
    let found = known.into_iter().find(|(kind, _)| is_below(id, kind));
    match found {
        Some((_, "network")) if below.matches('/').count() > 2 => format!("subnet {name}"),
        Some((_, word)) => format!("{word} {name}"),
        None => below.to_owned(),
    }
}

/// Whether an id is of this type, or of a child of it.
fn is_below(id: &str, kind: &str) -> bool {
    let provider = format!("/providers/{kind}/").to_lowercase();
    id.to_lowercase().contains(&provider)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const GROUP: &str = "/subscriptions/s/resourceGroups/g";

    fn assignment(scope: &str, act: &str, role: &str, principal: &str) -> Option<String> {
        let identity = format!("{GROUP}/providers/{IDENTITY}/azure-kubelet");
        let before = json!({"properties": {"principalId": "ABC"}});
        let identity = json!({"id": identity, "changeType": "noChange",
                              "resourceConfigurationChanges": {"before": before}});
        let identity: Change = serde_json::from_value(identity).expect("a change");
        let reader = Reader::new(&[identity], "Me");
        let id =
            format!("{scope}/providers/{ROLE_ASSIGNMENT}/e675eda8-69ca-5375-8a46-d5c609d23f57");
        let role =
            format!("/subscriptions/s/providers/Microsoft.Authorization/roleDefinitions/{role}");
        let document = json!({"properties": {"roleDefinitionId": role, "principalId": principal}});
        reader.read(&id, ROLE_ASSIGNMENT, act, &document)
    }

    #[test]
    fn a_role_assignment_says_who_gets_which_role_on_what() {
        let registry = format!("{GROUP}/providers/Microsoft.ContainerRegistry/registries/r");
        let subnet = format!("{GROUP}/providers/Microsoft.Network/virtualNetworks/n/subnets/nodes");
        let reference = format!(
            "[reference('{GROUP}/providers/{IDENTITY}/azure-control-plane', '2023-01-31').principalId]"
        );
        let pull = "7F951DDA-4ed3-4680-a7ca-43fe172d538d";
        for (scope, act, role, principal, expected) in [
            (
                &*registry,
                "create",
                pull,
                &*reference,
                "identity azure-control-plane gets AcrPull on registry r",
            ),
            (
                &registry,
                "delete",
                pull,
                "abc",
                "identity azure-kubelet loses AcrPull on registry r",
            ),
            (
                &subnet,
                "modify",
                "4d97b98b-1d4f-4787-a291-c67834d212e7",
                "me",
                "the promoter has Network Contributor on subnet n/nodes",
            ),
            (
                GROUP,
                "detach",
                "11111111-1d4f-4787-a291-c67834d212e7",
                "x",
                "principal x keeps 11111111-1d4f-4787-a291-c67834d212e7 on resource group g",
            ),
        ] {
            assert_eq!(
                assignment(scope, act, role, principal).as_deref(),
                Some(expected)
            );
        }
    }

    #[test]
    fn a_pool_says_how_many_nodes_of_which_size() {
        let id = format!("{GROUP}/providers/{POOL}/batch");
        let document = json!({"properties": {"vmSize": "Standard_D4s_v5", "count": 3,
                                             "osDiskSizeGB": 64, "maxPods": 30}});
        let read = Reader::default().read(&id, POOL, "create", &document);
        let expected = "batch: 3 nodes of Standard_D4s_v5, 64 GiB disk, at most 30 pods a node";
        assert_eq!(read.as_deref(), Some(expected));
    }
}
