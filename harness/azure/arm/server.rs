//! Azure Database for MySQL: what a region has, and what is done to a server besides deploying it.

use azure_core::http::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Arm, Begun, Error, Group, Target};
use crate::api_version::MYSQL;
use crate::resource_type;

/// What one zone of a region has.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ServerCapability {
    /// The zone, such as `1`, or `none`.
    pub zone: Option<String>,
    /// How a server can be highly available, such as `ZoneRedundant`.
    #[serde(default, rename = "supportedHAMode")]
    pub high_availability: Vec<String>,
    /// Where backups may go besides.
    #[serde(default)]
    pub supported_geo_backup_regions: Vec<String>,
    /// The tiers.
    #[serde(default, rename = "supportedFlexibleServerEditions")]
    pub tiers: Vec<Tier>,
}

/// A tier, such as `Burstable`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Tier {
    /// Its name.
    pub name: String,
    /// How large a disk may be.
    #[serde(default, rename = "supportedStorageEditions")]
    pub storage: Vec<Storage>,
    /// The versions of MySQL.
    #[serde(default, rename = "supportedServerVersions")]
    pub versions: Vec<Version>,
}

/// How large a disk may be, in MiB.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Storage {
    /// At least.
    #[serde(rename = "minStorageSize")]
    pub min_mib: Option<u64>,
    /// At most.
    #[serde(rename = "maxStorageSize")]
    pub max_mib: Option<u64>,
}

/// A version of MySQL.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Version {
    /// Such as `8.0.21`.
    pub name: String,
    /// The machines that it runs on.
    #[serde(default, rename = "supportedSkus")]
    pub skus: Vec<ServerSku>,
}

/// A machine for a server.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ServerSku {
    /// Such as `Standard_B2s`.
    pub name: String,
    /// Its cores.
    #[serde(rename = "vCores")]
    pub cores: Option<u32>,
}

/// A parameter of a server.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct ServerParameter {
    properties: ParameterProperties,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ParameterProperties {
    #[serde(default)]
    value: String,
    default_value: Option<String>,
}

/// How a server is restarted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Restart {
    /// Where it is.
    InPlace,
    /// On its standby; only a highly available one has that.
    Failover,
}

impl Arm {
    /// What a region has, one entry for each zone.
    pub async fn server_capabilities(
        &self,
        subscription: &str,
        region: &str,
    ) -> Result<Vec<ServerCapability>, Error> {
        let path = format!(
            "/subscriptions/{subscription}/providers/Microsoft.DBforMySQL/locations/{region}/capabilities"
        );
        self.list(&Target::new(path, MYSQL)).await
    }

    /// Restarts a server.
    pub async fn restart_server(
        &self,
        group: &Group,
        name: &str,
        restart: Restart,
    ) -> Result<Begun, Error> {
        let failover = match restart {
            Restart::InPlace => "Disabled",
            Restart::Failover => "Enabled",
        };
        let how = json!({"restartWithFailover": failover, "maxFailoverSeconds": 60});
        self.act(
            &group
                .target(resource_type::SERVER, MYSQL, name)
                .below("/restart"),
            Some(how),
        )
        .await
    }

    /// Makes the standby of a highly available server the server.
    pub async fn fail_server_over(&self, group: &Group, name: &str) -> Result<Begun, Error> {
        self.act(
            &group
                .target(resource_type::SERVER, MYSQL, name)
                .below("/failover"),
            None,
        )
        .await
    }

    /// Gives a parameter of a server its default; nothing if it has that, or has none. A parameter
    /// cannot be deleted (<https://learn.microsoft.com/rest/api/mysql/flexibleserver/configurations>).
    pub async fn reset_server_parameter(
        &self,
        group: &Group,
        server: &str,
        name: &str,
    ) -> Result<Option<Begun>, Error> {
        let server = group.target(resource_type::SERVER, MYSQL, server);
        let target = server.below(&format!("/configurations/{name}"));
        let Some(found) = self.find::<ServerParameter>(&target).await? else {
            return Ok(None);
        };
        let ParameterProperties {
            value,
            default_value,
        } = found.properties;
        let Some(default) = default_value.filter(|default| *default != value) else {
            return Ok(None);
        };
        let body = json!({"properties": {"value": default, "source": "system-default"}});
        let answer = self.put(&target, &body).await?;
        self.begun(Method::Put, &target, &answer).map(Some)
    }

    /// Does what nobody wants done twice, and whose result is that it is done.
    async fn act(&self, target: &Target, body: Option<Value>) -> Result<Begun, Error> {
        let answer = self.post_once(target, body).await?;
        Ok(self.begun(Method::Post, target, &answer)?.without_result())
    }
}
