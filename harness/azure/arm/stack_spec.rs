//! A deployment stack as it is wanted.

use std::collections::BTreeMap;

use base::secret::Secret;
use serde::{Serialize, Serializer};
use serde_json::Value;

/// A stack as it is wanted.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StackSpec {
    /// Its tags.
    pub tags: BTreeMap<String, String>,
    /// The rest.
    pub properties: StackProperties,
}

/// What is in a stack, and what may be done to it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StackProperties {
    /// What is in it: an ARM template.
    pub template: Value,
    /// The values of the template's parameters.
    pub parameters: BTreeMap<String, Parameter>,
    /// What becomes of that which is in it no longer.
    pub action_on_unmanage: Unmanage,
    /// What others may not do to it.
    pub deny_settings: DenySettings,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// The value of a parameter.
#[derive(Debug, Clone, PartialEq)]
pub enum Parameter {
    /// One that everybody may know.
    Plain(Value),
    /// One that nobody may; of type `securestring` in the template.
    Secret(Secret),
}

/// What becomes of what is in a stack no longer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Unmanage {
    /// Of resources.
    pub resources: Action,
    /// Of resource groups, with everything in them.
    pub resource_groups: Action,
    /// Of management groups.
    pub management_groups: Action,
    /// Of resources that cannot be deleted by themselves, such as the parameters of a server.
    #[serde(rename = "resourcesWithoutDeleteSupport")]
    pub undeletable: Undeletable,
}

/// What becomes of a resource that cannot be deleted by itself and is in a stack no longer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Undeletable {
    /// It stays, and is no longer the stack's.
    Detach,
    /// The stack fails.
    Fail,
}

/// What becomes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Action {
    /// It is deleted.
    Delete,
    /// It stays, and is no longer the stack's.
    Detach,
}

/// What others may not do to the resources of a stack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DenySettings {
    /// Which acts.
    pub mode: DenyMode,
    /// Who may nevertheless, by object id; at most 5.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub excluded_principals: Vec<String>,
    /// Whether it is for what is nested in the resources too.
    pub apply_to_child_scopes: bool,
}

impl DenySettings {
    /// Nothing is denied.
    pub fn none() -> Self {
        Self {
            mode: DenyMode::None,
            excluded_principals: Vec::new(),
            apply_to_child_scopes: false,
        }
    }
}

/// Which acts are denied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum DenyMode {
    /// None.
    None,
    /// To delete.
    DenyDelete,
    /// To change and to delete.
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
    /// The word for it in a query.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Detach => "detach",
            Self::Fail => "fail",
        }
    }
}

impl Action {
    /// The word for it in a query.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Delete => "delete",
            Self::Detach => "detach",
        }
    }
}
