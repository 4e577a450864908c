//! The permissions of the caller.

use serde::Deserialize;

use super::{Arm, Error, ResourceId, Target};
use crate::api_version::AUTHORIZATION;

/// The actions that one role of the caller allows. Deny assignments are not included.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Permission {
    /// Allowed actions. `*` stands for any text.
    #[serde(default)]
    pub actions: Vec<String>,
    /// Exceptions from `actions`.
    #[serde(default)]
    pub not_actions: Vec<String>,
}

impl Permission {
    /// Whether this role allows an action, such as `Microsoft.Authorization/roleAssignments/write`.
    pub fn allows(&self, action: &str) -> bool {
        let fits = |pattern: &String| fits(pattern, action);
        self.actions.iter().any(fits) && !self.not_actions.iter().any(fits)
    }
}

impl Arm {
    /// The caller's permissions on a subscription or resource group, one entry for each role.
    pub async fn permissions(&self, scope: &ResourceId) -> Result<Vec<Permission>, Error> {
        let kind = "Microsoft.Authorization/permissions";
        self.list(&Target::new(
            format!("{scope}/providers/{kind}"),
            AUTHORIZATION,
        ))
        .await
    }
}

/// Whether an action matches a pattern. Case is ignored, and `*` stands for any text.
fn fits(pattern: &str, action: &str) -> bool {
    let (pattern, action) = (pattern.to_ascii_lowercase(), action.to_ascii_lowercase());
    let mut parts = pattern.split('*');
    let Some(mut rest) = action.strip_prefix(parts.next().unwrap_or_default()) else {
        return false;
    };
    let mut last = None;
    for part in parts {
        let Some(at) = rest.find(part) else {
            return false;
        };
        last = Some(part);
        rest = &rest[at + part.len()..];
    }
    // The last part must match at the end, which may come after its first match.
    last.map_or(rest.is_empty(), |end| {
        rest.is_empty() || action.ends_with(end)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_allows_what_its_patterns_say() {
        let role = |actions: &[&str], not_actions: &[&str]| Permission {
            actions: actions.iter().map(ToString::to_string).collect(),
            not_actions: not_actions.iter().map(ToString::to_string).collect(),
        };
        let write = "Microsoft.Authorization/roleAssignments/write";
        assert!(role(&["*"], &[]).allows(write));
        assert!(!role(&["*"], &["Microsoft.Authorization/*/Write"]).allows(write));
        assert!(role(&["microsoft.authorization/roleassignments/*"], &[]).allows(write));
        assert!(role(&["*/write"], &[]).allows(write));
        assert!(!role(&["*/read"], &[]).allows(write));
        assert!(!role(&["Microsoft.Authorization"], &[]).allows(write));
        assert!(!role(&[], &[]).allows(write));
    }
}
