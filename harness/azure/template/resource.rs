//! A template and the resources in it, as Azure Resource Manager reads them.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value};

/// The schema of templates for resource groups.
const SCHEMA: &str =
    "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#";

/// A template: what a resource group is to contain.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Template {
    #[serde(rename = "$schema")]
    schema: &'static str,
    content_version: &'static str,
    parameters: BTreeMap<&'static str, Parameter>,
    /// The resources, each after those that it depends on.
    pub resources: Vec<Resource>,
    outputs: BTreeMap<&'static str, Output>,
}

/// A value that a deployment is given beside its template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Parameter {
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
}

/// A value that a deployment answers with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Output {
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    pub(super) value: String,
}

impl Template {
    pub(super) fn new(
        parameters: BTreeMap<&'static str, Parameter>,
        resources: Vec<Resource>,
        outputs: BTreeMap<&'static str, Output>,
    ) -> Self {
        Self {
            schema: SCHEMA,
            content_version: "1.0.0.0",
            parameters,
            resources,
            outputs,
        }
    }
}

/// One resource of a template.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Resource {
    /// Its type, such as `Microsoft.Network/virtualNetworks`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The version of the interface that its body is written for.
    pub api_version: &'static str,
    /// Its name; that of a child has its parent's before a `/`.
    pub name: String,
    /// What it extends, where that is another resource.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// Its region; children have their parents'.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// Its tags; children have none.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
    /// The ids of those that have to be there before it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub depends_on: Vec<String>,
    /// What only its kind has.
    #[serde(flatten)]
    pub(super) body: Body,
}

/// What only one kind of resource has, as JSON: whoever makes it knows what is in it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(transparent)]
pub(super) struct Body(Map<String, Value>);

impl Body {
    pub(super) fn of(body: impl Serialize) -> Self {
        match serde_json::to_value(body) {
            Ok(Value::Object(body)) => Self(body),
            other => unreachable!("the body of a resource becomes a JSON object: {other:?}"),
        }
    }
}

/// A text as a template has it that is not to be taken for an expression: `[` and `]` around the whole
/// of it would make it one, and a second `[` before it stands for the first.
/// <https://learn.microsoft.com/azure/azure-resource-manager/templates/template-expressions#escape-characters>
pub(super) fn literal(text: &str) -> String {
    if text.starts_with('[') && text.ends_with(']') {
        format!("[{text}")
    } else {
        text.to_owned()
    }
}

/// The expression for a property that a resource has once it exists.
pub(super) fn reference(id: &str, api_version: &str, property: &str) -> String {
    format!("[reference('{id}', '{api_version}').{property}]")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_looks_like_an_expression_is_none() {
        for (text, written) in [
            ("payments", "payments"),
            ("[payments]", "[[payments]"),
            ("[[payments]", "[[[payments]"),
            ("[payments] team", "[payments] team"),
            ("[]", "[[]"),
        ] {
            assert_eq!(literal(text), written);
        }
    }
}
