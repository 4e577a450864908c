//! Settings of the built-in Azure.

use std::fmt;
use std::sync::Arc;

use base::secret::Secret;

/// The host of the public Azure Resource Manager.
const PUBLIC: &str = "management.azure.com";

/// The client of a cloud, the dialect of its responses, and the hooks behind it.
#[derive(Clone)]
pub struct Settings {
    /// Scheme and authority that clients connect to, without a trailing slash.
    pub base_url: String,
    /// Id of the directory's tenant.
    pub tenant: String,
    /// Id of the only subscription.
    pub subscription: String,
    /// Application id of the only client.
    pub client: String,
    /// The client's secret.
    pub secret: Secret,
    /// The client's role on the subscription.
    pub role: Role,
    pub dialect: Dialect,
    pub casing: Casing,
    /// The value of `Retry-After` for an operation, in seconds.
    pub retry_after: u32,
    /// How many seconds of the cloud pass in one second of its clients. Tokens last this many times
    /// longer on the cloud's clock.
    pub pace: u32,
    /// The real services behind the cloud.
    pub hooks: Arc<dyn Hooks>,
}

impl Settings {
    /// Settings with invented ids, a generated secret, the Owner role and no real services.
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
    /// Host of a registry, with its port unless that is 443.
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

/// The client's built-in role on the subscription.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Role {
    /// Everything.
    #[default]
    Owner,
    /// Everything except the assignment of roles.
    Contributor,
    /// Reads only.
    Reader,
}

/// The headers that announce an operation. Microsoft's descriptions and recorded traffic (azd,
/// 2026-04) differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Dialect {
    /// As described: only `Location` where the description has only that.
    Documented,
    /// As recorded: `Azure-AsyncOperation` nearly everywhere. The keys of outputs change their case
    /// (`STORAGE_ID` comes back as `storagE_ID`).
    #[default]
    Recorded,
}

/// The case of ids in responses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Casing {
    /// As in the request.
    #[default]
    Kept,
    /// With `resourcegroups` in lower case, as several providers answer.
    Mixed,
}

/// The real services behind the built-in Azure. The default implementation has none.
pub trait Hooks: Send + Sync {
    /// The kubeconfig of a cluster, or the reason why there is none.
    fn kubeconfig(&self, cluster: &str) -> Result<String, String> {
        Err(format!("the cluster {cluster} has no kubeconfig"))
    }

    /// The host name of a database server.
    fn mysql_host(&self, server: &str) -> String {
        format!("{server}.mysql.database.azure.com")
    }

    /// Called when a database server gets its administrator's password, at its creation or later.
    fn mysql_password(&self, server: &str, administrator: &str, password: &Secret) {
        let _ = (server, administrator, password);
    }

    /// Called when a database server restarts or fails over. The implementation interrupts the real
    /// service behind it. It must not block: long work belongs in another task.
    fn mysql_restart(&self, server: &str) {
        let _ = server;
    }

    /// Host of a registry, with its port unless that is 443. Requests to it must reach this cloud,
    /// whose authority is `own`.
    fn login_server(&self, registry: &str, own: &str) -> String {
        if own == PUBLIC {
            return format!("{}.azurecr.io", registry.to_lowercase());
        }
        own.to_owned()
    }
}

/// Hooks without real services.
#[derive(Debug, Clone, Copy)]
pub struct Nothing;

impl Hooks for Nothing {}
