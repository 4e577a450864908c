//! A template and its resources, in the format of Azure Resource Manager.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value};

/// The schema of templates of resource groups.
const SCHEMA: &str =
    "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#";

/// A template: the desired content of a resource group.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Template {
    #[serde(rename = "$schema")]
    schema: &'static str,
    content_version: &'static str,
    parameters: BTreeMap<&'static str, Parameter>,
    /// The resources. Each comes after its dependencies.
    pub resources: Vec<Resource>,
    outputs: BTreeMap<&'static str, Output>,
}

/// A parameter: a value that is passed to a deployment with its template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Parameter {
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
}

/// A value that a deployment returns.
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
    /// The API version of its body.
    pub api_version: &'static str,
    /// Its name. A child's name is its parent's name, `/`, and its own.
    pub name: String,
    /// The id of the resource that it extends, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// Its region. Children have the region of their parent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// Its tags. Children have none.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
    /// The ids of the resources that must exist before it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub depends_on: Vec<String>,
    /// The properties that are specific to its type.
    #[serde(flatten)]
    pub(super) body: Body,
}

/// The properties that are specific to a resource type, as JSON.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(transparent)]
pub(super) struct Body(Map<String, Value>);

impl Body {
    pub(super) fn of(body: impl Serialize) -> Self {
        match serde_json::to_value(body) {
            Ok(Value::Object(body)) => Self(body),
            other => unreachable!("the body of a resource serialises to a JSON object: {other:?}"),
        }
    }
}

/// Escapes a text so that a template does not treat it as an expression. A text in `[` and `]`
/// would be one, and a second `[` in front escapes the first.
/// <https://learn.microsoft.com/azure/azure-resource-manager/templates/template-expressions#escape-characters>
pub(super) fn literal(text: &str) -> String {
    if text.starts_with('[') && text.ends_with(']') {
        format!("[{text}")
    } else {
        text.to_owned()
    }
}

/// The expression for a property that a resource has only once it exists.
pub(super) fn reference(id: &str, api_version: &str, property: &str) -> String {
    format!("[reference('{id}', '{api_version}').{property}]")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_looks_like_an_expression_is_escaped() {
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
