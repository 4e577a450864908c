//! Resource ids. Azure returns them in any case, so ids are compared without regard to case.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

use serde::{Deserialize, Serialize};

/// The id of a resource, such as `/subscriptions/S/resourceGroups/G/providers/N/T/NAME`. Ids that
/// differ only in case are equal.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ResourceId(String);

impl ResourceId {
    pub fn new(id: impl Into<String>) -> Self {
        Self(id.into())
    }

    /// The id in its original case.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name of the resource: the last segment.
    pub fn name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or_default()
    }

    /// The type of the resource, such as `Microsoft.Network/virtualNetworks/subnets`. `None` if the
    /// id names no provider.
    pub fn kind(&self) -> Option<String> {
        let lower = self.0.to_ascii_lowercase();
        let start = lower.rfind("/providers/")? + "/providers/".len();
        let mut parts = self.0[start..].split('/');
        let mut kind = parts.next()?.to_owned();
        // After the namespace, types and names alternate.
        for part in parts.step_by(2) {
            kind.push('/');
            kind.push_str(part);
        }
        Some(kind)
    }

    fn folded(&self) -> impl Iterator<Item = u8> + '_ {
        self.0.bytes().map(|byte| byte.to_ascii_lowercase())
    }
}

impl PartialEq for ResourceId {
    fn eq(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }
}

impl Eq for ResourceId {}

impl PartialOrd for ResourceId {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for ResourceId {
    fn cmp(&self, other: &Self) -> Ordering {
        self.folded().cmp(other.folded())
    }
}

impl Hash for ResourceId {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.folded().for_each(|byte| state.write_u8(byte));
        state.write_u8(0xff);
    }
}

impl fmt::Display for ResourceId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn ids_that_differ_only_in_case_are_equal() {
        let group = "/subscriptions/1/resourceGroups/Temporal/providers/";
        let one = ResourceId::new(format!(
            "{group}Microsoft.Network/virtualNetworks/v/subnets/a"
        ));
        let other = ResourceId::new(one.as_str().to_ascii_uppercase());
        assert_eq!(one, other);
        assert_eq!(one.cmp(&other), Ordering::Equal);
        assert_eq!(HashSet::from([one.clone(), other.clone()]).len(), 1);
        assert_ne!(one, ResourceId::new(group));
        assert_eq!(
            one.kind().as_deref(),
            Some("Microsoft.Network/virtualNetworks/subnets")
        );
        assert_eq!(other.name(), "A");
        assert_eq!(
            ResourceId::new("/subscriptions/1/resourceGroups/g").kind(),
            None
        );
    }
}
