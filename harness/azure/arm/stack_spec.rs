//! The desired state of a deployment stack.

use std::collections::BTreeMap;

use base::secret::Secret;
use serde::{Serialize, Serializer};
use serde_json::Value;

/// The desired state of a stack.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StackSpec {
    pub tags: BTreeMap<String, String>,
    pub properties: StackProperties,
}

/// The template of a stack and its settings.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StackProperties {
    /// The ARM template.
    pub template: Value,
    /// The values of the template parameters.
    pub parameters: BTreeMap<String, Parameter>,
    /// What happens to resources that the template no longer contains.
    pub action_on_unmanage: Unmanage,
    /// What others must not do to the resources.
    pub deny_settings: DenySettings,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// The value of a template parameter.
#[derive(Debug, Clone, PartialEq)]
pub enum Parameter {
    /// A value that is not secret.
    Plain(Value),
    /// A secret value; `securestring` in the template.
    Secret(Secret),
}

/// What happens to resources that a stack no longer contains.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Unmanage {
    /// For resources.
    pub resources: Action,
    /// For resource groups, with everything in them.
    pub resource_groups: Action,
    /// For management groups.
    pub management_groups: Action,
    /// For resources that cannot be deleted on their own, such as server parameters.
    #[serde(rename = "resourcesWithoutDeleteSupport")]
    pub undeletable: Undeletable,
}

/// What happens to a resource that cannot be deleted on its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Undeletable {
    /// It stays, but the stack no longer manages it.
    Detach,
    /// The stack fails.
    Fail,
}

/// What happens to a resource that a stack no longer contains.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Action {
    /// It is deleted.
    Delete,
    /// It stays, but the stack no longer manages it.
    Detach,
}

/// What others must not do to the resources of a stack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DenySettings {
    /// The denied actions.
    pub mode: DenyMode,
    /// The object ids of principals that are exempt; at most 5.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub excluded_principals: Vec<String>,
    /// Whether nested resources are protected as well.
    pub apply_to_child_scopes: bool,
}

impl DenySettings {
    /// Denies nothing.
    pub fn none() -> Self {
        Self {
            mode: DenyMode::None,
            excluded_principals: Vec::new(),
            apply_to_child_scopes: false,
        }
    }
}

/// The denied actions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum DenyMode {
    None,
    /// Deletion.
    DenyDelete,
    /// Changes and deletion.
    DenyWriteAndDelete,
}

impl Serialize for Parameter {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Value<T> {
            value: T,
        }
        match self {
            Self::Plain(value) => Value { value }.serialize(out),
            Self::Secret(secret) => Value {
                value: secret.reveal(),
            }
            .serialize(out),
        }
    }
}

impl Undeletable {
    /// The value of the query parameter.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Detach => "detach",
            Self::Fail => "fail",
        }
    }
}

impl Action {
    /// The value of the query parameter.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Delete => "delete",
            Self::Detach => "detach",
        }
    }
}
