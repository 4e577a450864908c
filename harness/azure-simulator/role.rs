//! Azure's built-in roles that topologies use.
//!
//! Ids and permissions:
//! <https://learn.microsoft.com/azure/role-based-access-control/built-in-roles>.

use azure::role_id;

use super::refusal::Refusal;

pub(super) struct Role {
    pub(super) id: &'static str,
    pub(super) name: &'static str,
    pub(super) description: &'static str,
    pub(super) actions: &'static [&'static str],
    pub(super) not_actions: &'static [&'static str],
    pub(super) data_actions: &'static [&'static str],
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

pub(super) const ROLES: &[Role] = &[
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

pub(super) fn exists(id: &str) -> bool {
    ROLES.iter().any(|role| role.id.eq_ignore_ascii_case(id))
}

/// The refusal of an unknown role.
pub(super) fn unknown(id: &str) -> Refusal {
    let message = format!("The specified role definition with ID '{id}' does not exist.");
    Refusal::missing("RoleDefinitionDoesNotExist", message)
}
