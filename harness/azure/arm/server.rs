//! Azure Database for MySQL: what a region offers, and the operations on a server.

use azure_core::http::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Arm, Error, Group, Started, Target};
use crate::api_version::MYSQL;
use crate::resource_type;

/// What one zone of a region offers.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ServerCapability {
    /// The zone, such as `1`, or `none`.
    pub zone: Option<String>,
    /// The modes of high availability, such as `ZoneRedundant`.
    #[serde(default, rename = "supportedHAMode")]
    pub high_availability: Vec<String>,
    /// The other regions that can hold backups.
    #[serde(default)]
    pub supported_geo_backup_regions: Vec<String>,
    #[serde(default, rename = "supportedFlexibleServerEditions")]
    pub tiers: Vec<Tier>,
}

/// A tier, such as `Burstable`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Tier {
    pub name: String,
    /// The allowed disk sizes.
    #[serde(default, rename = "supportedStorageEditions")]
    pub storage: Vec<Storage>,
    /// The MySQL versions.
    #[serde(default, rename = "supportedServerVersions")]
    pub versions: Vec<Version>,
}

/// A range of disk sizes in MiB.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Storage {
    #[serde(rename = "minStorageSize")]
    pub min_mib: Option<u64>,
    #[serde(rename = "maxStorageSize")]
    pub max_mib: Option<u64>,
}

/// A MySQL version.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Version {
    /// Such as `8.0.21`.
    pub name: String,
    /// The SKUs that it runs on.
    #[serde(default, rename = "supportedSkus")]
    pub skus: Vec<ServerSku>,
}

/// A SKU of a server.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ServerSku {
    /// Such as `Standard_B2s`.
    pub name: String,
    #[serde(rename = "vCores")]
    pub cores: Option<u32>,
}

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

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Restart {
    /// Restart the server itself.
    InPlace,
    /// Fail over to the standby. Only a highly available server has one.
    Failover,
}

impl Arm {
    /// What a region offers, one entry for each zone.
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

    pub async fn restart_server(
        &self,
        group: &Group,
        name: &str,
        restart: Restart,
    ) -> Result<Started, Error> {
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

    /// Fails a highly available server over to its standby.
    pub async fn fail_server_over(&self, group: &Group, name: &str) -> Result<Started, Error> {
        self.act(
            &group
                .target(resource_type::SERVER, MYSQL, name)
                .below("/failover"),
            None,
        )
        .await
    }

    /// Resets a server parameter to its default. `None` if it has its default already, has no
    /// default, or does not exist. A parameter cannot be deleted
    /// (<https://learn.microsoft.com/rest/api/mysql/flexibleserver/configurations>).
    pub async fn reset_server_parameter(
        &self,
        group: &Group,
        server: &str,
        name: &str,
    ) -> Result<Option<Started>, Error> {
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
        self.started(Method::Put, &target, &answer).map(Some)
    }

    /// Sends an action that must not be repeated and has no result.
    async fn act(&self, target: &Target, body: Option<Value>) -> Result<Started, Error> {
        let answer = self.post_once(target, body).await?;
        Ok(self
            .started(Method::Post, target, &answer)?
            .without_result())
    }
}
