//! What the built-in Azure is told.

use std::fmt;
use std::sync::Arc;

use base::secret::Secret;

/// Where Azure Resource Manager is in the world.
const PUBLIC: &str = "management.azure.com";

/// Who may use a cloud, how it speaks, and what stands behind it.
#[derive(Clone)]
pub struct Settings {
    /// Where its clients find it: scheme and authority without a slash.
    pub base_url: String,
    /// Tenant of the directory.
    pub tenant: String,
    /// The only subscription.
    pub subscription: String,
    /// Application id of the only client.
    pub client: String,
    /// Its secret.
    pub secret: Secret,
    /// What the client may do.
    pub role: Role,
    /// Which headers announce an operation.
    pub dialect: Dialect,
    /// In which case ids come back.
    pub casing: Casing,
    /// What `Retry-After` says of an operation, in seconds.
    pub retry_after: u32,
    /// How many of its seconds pass in one of its clients': so many times as long it has their tokens
    /// last.
    pub pace: u32,
    /// What is real behind it.
    pub hooks: Arc<dyn Hooks>,
}

impl Settings {
    /// An owner of an invented subscription with a secret of its own, and nothing real behind it.
    pub fn invented() -> Self {
        Self {
            base_url: format!("https://{PUBLIC}"),
            tenant: "7e0d5a3c-2b1f-4c8e-9a46-51d0c3b7f812".to_owned(),
            subscription: "3f6c9b1e-8d24-4a57-b0e3-c19a75d2468f".to_owned(),
            client: "c4a1d7e2-60b9-4f35-8e1c-97d2b5034a6e".to_owned(),
            secret: Secret::generate(),
            role: Role::default(),
            dialect: Dialect::default(),
            casing: Casing::default(),
            retry_after: 0,
            pace: 1,
            hooks: Arc::new(Nothing),
        }
    }
}

impl Settings {
    /// Host, and port if it is not 443, of a registry.
    pub(super) fn login_server(&self, registry: &str) -> String {
        let own = self.base_url.trim_start_matches("https://");
        self.hooks.login_server(registry, own)
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Settings")
            .field("base_url", &self.base_url)
            .field("subscription", &self.subscription)
            .finish_non_exhaustive()
    }
}

/// A built-in role on the subscription.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Role {
    /// Everything.
    #[default]
    Owner,
    /// Everything but giving rights away.
    Contributor,
    /// Looking.
    Reader,
}

/// Which headers announce an operation: those of Microsoft's descriptions, or those in recordings
/// of real traffic (azd, 2026-04), which differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Dialect {
    /// As described: `Location` alone where the description has it alone.
    Documented,
    /// As recorded: `Azure-AsyncOperation` nearly everywhere, and outputs with keys whose case has
    /// changed (`STORAGE_ID` comes back as `storagE_ID`).
    #[default]
    Recorded,
}

/// In which case ids come back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Casing {
    /// As they were sent.
    #[default]
    Kept,
    /// With `resourcegroups` in lower case, as several providers answer.
    Mixed,
}

/// What is real behind the built-in Azure; by default nothing is.
pub trait Hooks: Send + Sync {
    /// The kubeconfig of a cluster, or why there is none.
    fn kubeconfig(&self, cluster: &str) -> Result<String, String> {
        Err(format!("nothing runs as the cluster {cluster}"))
    }

    /// The host name of a database server.
    fn mysql_host(&self, server: &str) -> String {
        format!("{server}.mysql.database.azure.com")
    }

    /// A database server is given its administrator's password, when it begins to exist or later.
    fn mysql_password(&self, server: &str, administrator: &str, password: &Secret) {
        let _ = (server, administrator, password);
    }

    /// A database server is restarted, or its standby takes over: for those behind it, it goes away
    /// and comes back. It is only told: whatever takes time has to be done elsewhere.
    fn mysql_restart(&self, server: &str) {
        let _ = server;
    }

    /// Host, and port if it is not 443, of a registry. What is asked of it has to come to the
    /// cloud itself, whose own authority is given.
    fn login_server(&self, registry: &str, own: &str) -> String {
        if own == PUBLIC {
            return format!("{}.azurecr.io", registry.to_lowercase());
        }
        own.to_owned()
    }
}

/// No hooks.
#[derive(Debug, Clone, Copy)]
pub struct Nothing;

impl Hooks for Nothing {}
