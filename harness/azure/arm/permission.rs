//! What the caller may do.

use serde::Deserialize;

use super::{Arm, Error, ResourceId, Target};
use crate::api_version::AUTHORIZATION;

/// What one role of the caller allows. A role that is denied by another means is not told here.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Permission {
    /// Actions that are allowed, with `*` for anything.
    #[serde(default)]
    pub actions: Vec<String>,
    /// Actions that are not, of those.
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
    /// What the caller may do on a subscription or a resource group, one entry for each role.
    pub async fn permissions(&self, scope: &ResourceId) -> Result<Vec<Permission>, Error> {
        let kind = "Microsoft.Authorization/permissions";
        self.list(&Target::new(
            format!("{scope}/providers/{kind}"),
            AUTHORIZATION,
        ))
        .await
    }
}

/// Whether an action fits a pattern; case does not matter, and `*` stands for anything.
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
    // The end has to fit too, and may do so later than where it was found first.
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
