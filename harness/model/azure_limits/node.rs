//! What a machine has at least that is a node of a cluster.

/// What a machine has at least.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Least {
    /// vCPUs.
    pub cores: u32,
    /// Memory in MiB.
    pub memory_mib: u32,
}

/// Of the system's pool, whose pods need it. AKS says "more than", and takes as much:
/// <https://learn.microsoft.com/azure/aks/use-system-pools#system-and-user-node-pools>.
pub const SYSTEM_NODE: Least = Least {
    cores: 2,
    memory_mib: 4096,
};

/// Of any pool: <https://github.com/Azure/AKS/blob/master/CHANGELOG.md>, release 2025-04-27.
pub const NODE: Least = Least {
    cores: 0,
    memory_mib: 2048,
};

impl Least {
    /// Its memory in GiB.
    pub fn memory_gib(self) -> f64 {
        f64::from(self.memory_mib) / 1024.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_the_same_in_gib() {
        let told = [SYSTEM_NODE, NODE].map(|it| it.memory_gib().to_string());
        assert_eq!(told, ["4", "2"]);
    }
}
