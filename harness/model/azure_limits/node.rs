//! The minimum size of a machine that is a node of a cluster.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MinimumSize {
    /// The number of vCPUs.
    pub cores: u32,
    pub memory_mib: u32,
}

/// The minimum for a node of the system pool, whose pods need it. The page says "more than", but
/// AKS accepts exactly this size:
/// <https://learn.microsoft.com/azure/aks/use-system-pools#system-and-user-node-pools>.
pub const SYSTEM_NODE: MinimumSize = MinimumSize {
    cores: 2,
    memory_mib: 4096,
};

/// The minimum for a node of any pool: <https://github.com/Azure/AKS/blob/master/CHANGELOG.md>,
/// release 2025-04-27.
pub const NODE: MinimumSize = MinimumSize {
    cores: 0,
    memory_mib: 2048,
};

impl MinimumSize {
    pub fn memory_gib(self) -> f64 {
        f64::from(self.memory_mib) / 1024.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_converted_to_gib() {
        let gib = [SYSTEM_NODE, NODE].map(|it| it.memory_gib().to_string());
        assert_eq!(gib, ["4", "2"]);
    }
}
