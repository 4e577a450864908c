//! Azure's built-in roles, as far as a topology has to do with them, and who holds which.
//!
//! Ids and rights: <https://learn.microsoft.com/azure/role-based-access-control/built-in-roles>.
//! Scopes of lists: <https://learn.microsoft.com/rest/api/authorization/role-assignments/list-for-scope>.

use serde_json::{Value, json};

use super::super::role_id;
use super::cloud::Cloud;
use super::filter::Filter;
use super::group::unknown_method;
use super::id::ResourceId;
use super::message::{Request, Response};
use super::refusal::Refusal;
use super::version;
use crate::azure::resource_type;

/// A built-in role.
struct Role {
    id: &'static str,
    name: &'static str,
    description: &'static str,
    actions: &'static [&'static str],
    not_actions: &'static [&'static str],
    data_actions: &'static [&'static str],
}

const fn role(id: &'static str, name: &'static str, description: &'static str) -> Role {
    Role {
        id,
        name,
        description,
        actions: &[],
        not_actions: &[],
        data_actions: &[],
    }
}

const ROLES: &[Role] = &[
    Role {
        actions: &["*"],
        ..role(
            role_id::OWNER,
            "Owner",
            "Grants full access to manage all resources, including the ability to assign roles in Azure RBAC.",
        )
    },
    Role {
        actions: &["*"],
        not_actions: &[
            "Microsoft.Authorization/*/Delete",
            "Microsoft.Authorization/*/Write",
            "Microsoft.Authorization/elevateAccess/Action",
        ],
        ..role(
            role_id::CONTRIBUTOR,
            "Contributor",
            "Grants full access to manage all resources, but does not allow you to assign roles in Azure RBAC.",
        )
    },
    Role {
        actions: &["*/read"],
        ..role(
            "acdd72a7-3385-48ef-bd42-f606fba81ae7",
            "Reader",
            "View all resources, but does not allow you to make any changes.",
        )
    },
    Role {
        actions: &["*/read", "Microsoft.Authorization/*", "Microsoft.Support/*"],
        ..role(
            "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9",
            "User Access Administrator",
            "Lets you manage user access to Azure resources.",
        )
    },
    Role {
        actions: &[
            "Microsoft.Authorization/roleAssignments/write",
            "Microsoft.Authorization/roleAssignments/delete",
            "*/read",
        ],
        ..role(
            "f58310d9-a9f6-439a-9e8d-f62e7b41a168",
            "Role Based Access Control Administrator",
            "Manage access to Azure resources by assigning roles using Azure RBAC.",
        )
    },
    Role {
        actions: &["Microsoft.ContainerRegistry/registries/pull/read"],
        ..role(role_id::ACR_PULL, "AcrPull", "acr pull")
    },
    Role {
        actions: &[
            "Microsoft.ContainerRegistry/registries/pull/read",
            "Microsoft.ContainerRegistry/registries/push/write",
        ],
        ..role(role_id::ACR_PUSH, "AcrPush", "acr push")
    },
    Role {
        actions: &["Microsoft.Network/*"],
        ..role(
            role_id::NETWORK_CONTRIBUTOR,
            "Network Contributor",
            "Lets you manage networks, but not access to them.",
        )
    },
    Role {
        actions: &[
            "Microsoft.ManagedIdentity/userAssignedIdentities/*/read",
            "Microsoft.ManagedIdentity/userAssignedIdentities/*/assign/action",
        ],
        ..role(
            role_id::MANAGED_IDENTITY_OPERATOR,
            "Managed Identity Operator",
            "Read and Assign User Assigned Identity",
        )
    },
    Role {
        actions: &["Microsoft.ManagedIdentity/userAssignedIdentities/*"],
        ..role(
            "e40ec5ca-96e0-45a2-b4ff-59039f2c2b59",
            "Managed Identity Contributor",
            "Create, Read, Update, and Delete User Assigned Identity",
        )
    },
    Role {
        actions: &["Microsoft.Network/privateDnsZones/*"],
        ..role(
            "b12aa53e-6015-4669-85d0-8515ebb3ae7f",
            "Private DNS Zone Contributor",
            "Lets you manage private DNS zone resources, but not the virtual networks they are linked to.",
        )
    },
    Role {
        data_actions: &["Microsoft.ContainerService/managedClusters/*"],
        ..role(
            role_id::AKS_RBAC_CLUSTER_ADMIN,
            "Azure Kubernetes Service RBAC Cluster Admin",
            "Lets you manage all resources in the cluster.",
        )
    },
    Role {
        data_actions: &["Microsoft.ContainerService/managedClusters/*"],
        ..role(
            "3498e952-d568-435e-9b2c-8d77e338d7f7",
            "Azure Kubernetes Service RBAC Admin",
            "Lets you manage all resources under cluster/namespace, except update or delete resource quotas and namespaces.",
        )
    },
    Role {
        data_actions: &["Microsoft.ContainerService/managedClusters/*/write"],
        ..role(
            "a7ffa36f-339b-4b5c-8bdf-e2c188b2c0eb",
            "Azure Kubernetes Service RBAC Writer",
            "Allows read/write access to most objects in a namespace.",
        )
    },
    Role {
        data_actions: &["Microsoft.ContainerService/managedClusters/*/read"],
        ..role(
            "7f6c6a51-bcf8-42ba-9220-52d62157d7db",
            "Azure Kubernetes Service RBAC Reader",
            "Allows read-only access to see most objects in a namespace.",
        )
    },
    Role {
        actions: &["Microsoft.ContainerService/managedClusters/listClusterUserCredential/action"],
        ..role(
            "4abbcc35-e782-43d8-92c5-2d3f1bd2253f",
            "Azure Kubernetes Service Cluster User Role",
            "List cluster user credential action.",
        )
    },
    Role {
        actions: &["Microsoft.ContainerService/managedClusters/listClusterAdminCredential/action"],
        ..role(
            "0ab0b1a8-8aac-4efd-b8c2-3ee1fb270be8",
            "Azure Kubernetes Service Cluster Admin Role",
            "List cluster admin credential action.",
        )
    },
    Role {
        actions: &["Microsoft.ContainerService/managedClusters/*"],
        ..role(
            "ed7f3fbd-7b88-4dd4-9017-9adb7ce333f8",
            "Azure Kubernetes Service Contributor Role",
            "Grants access to read and write Azure Kubernetes Service clusters",
        )
    },
];

/// Whether there is a role of that id.
pub(super) fn exists(id: &str) -> bool {
    ROLES.iter().any(|role| role.id.eq_ignore_ascii_case(id))
}

impl Cloud {
    /// The answer about roles and about who holds them, if that is what is asked.
    pub(super) fn role_api(
        &self,
        request: &Request,
        id: &ResourceId,
    ) -> Option<Result<Response, Refusal>> {
        let kind = id.kind()?.to_lowercase();
        match kind.as_str() {
            "microsoft.authorization/roledefinitions" => Some(self.role_definitions(request, id)),
            "microsoft.authorization/roleassignments"
                if !id.is_resource() && request.method == "GET" =>
            {
                Some(self.role_assignments(request, id))
            }
            _ => None,
        }
    }

    fn role_definitions(&self, request: &Request, id: &ResourceId) -> Result<Response, Refusal> {
        version::provided(request, "roleDefinitions", version::ROLE_DEFINITIONS)?;
        if request.method != "GET" {
            return Err(unknown_method(&request.method));
        }
        self.scope_exists(&id.scope())?;
        if id.is_resource() {
            let found = ROLES
                .iter()
                .find(|role| role.id.eq_ignore_ascii_case(id.name()));
            let found = found.ok_or_else(|| unknown(id.name()))?;
            return Ok(Response::json(200, self.show_role(found)));
        }
        let filter = Filter::of(request, &["rolename", "type", "atscopeandbelow()"])?;
        let fitting = ROLES.iter().filter(|role| {
            let value = |field: &str| match field {
                "rolename" => Some(role.name.to_owned()),
                "type" => Some("BuiltInRole".to_owned()),
                // Azure's own roles are everywhere.
                "atscopeandbelow" => Some(String::new()),
                _ => None,
            };
            filter.as_ref().is_none_or(|filter| filter.passes(&value))
        });
        Ok(Self::list(fitting.map(|role| self.show_role(role))))
    }

    fn show_role(&self, role: &Role) -> Value {
        let subscription = &self.settings.subscription;
        json!({
            "id": format!("/subscriptions/{subscription}/providers/Microsoft.Authorization/roleDefinitions/{}", role.id),
            "name": role.id,
            "type": resource_type::ROLE_DEFINITION,
            "properties": {
                "roleName": role.name,
                "type": "BuiltInRole",
                "description": role.description,
                "assignableScopes": ["/"],
                "permissions": [{
                    "actions": role.actions,
                    "notActions": role.not_actions,
                    "dataActions": role.data_actions,
                    "notDataActions": [],
                }],
            },
        })
    }

    /// Assignments that count at a scope, and those below it unless only that is asked.
    fn role_assignments(&self, request: &Request, id: &ResourceId) -> Result<Response, Refusal> {
        version::provided(request, "roleAssignments", version::ROLE_ASSIGNMENTS)?;
        let scope = id.scope();
        self.scope_exists(&scope)?;
        let filter = Filter::of(request, &["atscope()", "assignedto('')", "principalid"])?;
        let at = scope.key();
        let all = self.state.resources.iter();
        let fitting = all.filter(|(key, one)| {
            let on = ResourceId::parse(key).scope().key();
            let above = at == on || at.starts_with(&format!("{on}/"));
            let below = on.starts_with(&format!("{at}/"));
            let principal = one.document.pointer("/properties/principalId");
            let value = |field: &str| match field {
                "atscope" => above.then(String::new),
                _ => Some(principal?.as_str()?.to_owned()),
            };
            one.kind == resource_type::ROLE_ASSIGNMENT
                && (above || below)
                && filter.as_ref().is_none_or(|filter| filter.passes(&value))
        });
        Ok(Self::list(fitting.map(|(_, one)| self.show(one))))
    }

    /// Refuses a scope that is not there.
    pub(super) fn scope_exists(&self, scope: &ResourceId) -> Result<(), Refusal> {
        if scope.is_resource() {
            if self.subnet(scope).is_some() {
                return Ok(());
            }
            return self.found(scope).map(drop);
        }
        if scope.group().is_some() {
            return self.group(scope).map(drop);
        }
        Ok(())
    }
}

/// What is said of a role that does not exist.
pub(super) fn unknown(id: &str) -> Refusal {
    let message = format!("The specified role definition with ID '{id}' does not exist.");
    Refusal::missing("RoleDefinitionDoesNotExist", message)
}
