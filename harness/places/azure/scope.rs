//! Where a profile is in Azure, the names of its resources, and its desired stack. Pure.

use std::collections::BTreeMap;

use azure::arm::{
    Action, DenySettings, Group, Parameter, StackProperties, StackSpec, Undeletable, Unmanage,
};
use azure::template::{self, DeploymentScope, Names, PASSWORD};
use base::secret::Secret;
use model::azure_limits::find_tag;
use model::profile::azure::Azure;
use model::topology::{Digest, Topology};
use serde_json::Value;

use super::cloud::Cloud;

/// The tag with the profile that a resource belongs to.
pub const PROFILE: &str = "harness-profile";
/// The tag with the digest of the topology.
pub const TOPOLOGY: &str = "harness-topology";
/// The tag with the time from which a resource group may be destroyed (RFC 3339).
pub const EXPIRES: &str = "harness-expires";
/// The tag with the `time-to-live` of the promotion. The expiry alone does not show whether the
/// time-to-live changed.
pub const TIME_TO_LIVE: &str = "harness-time-to-live";
/// The tag of a resource group that the harness created. Only such groups are deleted.
pub(super) const MADE: &str = "harness-made";
/// The tag with the reason for an override of the gate.
pub const OVERRIDE: &str = "harness-gate-override";
/// The tag with the digest of everything that a stack was made from, without the password.
pub const TEMPLATE: &str = "harness-template";
/// The tag with the storage of the database that the profile requested, in GiB. Azure may have
/// increased it since.
pub const STORAGE: &str = "harness-storage-gib";
/// The tag with the digest of everything that a stack was made from.
pub const DIGEST: &str = "harness-digest";
/// The tag with the id of the state folder that promoted the stack.
pub const PROMOTER: &str = "harness-promoter";

/// The stack's resources are deleted with the stack. The group is removed separately once it is
/// empty.
pub const UNMANAGE: Unmanage = Unmanage {
    resources: Action::Delete,
    resource_groups: Action::Detach,
    management_groups: Action::Detach,
    undeletable: Undeletable::Detach,
};

/// A resource group of a subscription, with the names of a profile's resources in it.
#[derive(Debug, Clone)]
pub struct Scope {
    pub group: Group,
    pub names: Names,
    place: DeploymentScope,
}

/// What a stack is made from, except its place.
#[derive(Debug, Clone)]
pub struct Wish<'a> {
    /// The Azure section of the profile.
    pub azure: &'a Azure,
    pub topology: &'a Topology,
    pub password: Secret,
    /// The id of the promoting state folder.
    pub promoter: &'a str,
    /// Why the gate is overridden, if it is.
    pub gate_override: Option<&'a str>,
}

impl<'a> Wish<'a> {
    /// A stack without a promoter and without an override.
    pub fn of(azure: &'a Azure, topology: &'a Topology, password: Secret) -> Self {
        Self {
            azure,
            topology,
            password,
            promoter: "",
            gate_override: None,
        }
    }
}

impl Scope {
    /// The scope of a profile in a cloud.
    pub fn of(azure: &Azure, profile: &str, cloud: &Cloud) -> Self {
        let place = DeploymentScope {
            subscription: cloud.subscription.subscription_id.clone(),
            resource_group: azure.resource_group.clone(),
            profile: profile.to_owned(),
            caller: cloud.caller.clone(),
        };
        Self {
            group: Group::new(&place.subscription, &place.resource_group),
            names: Names::of(&place),
            place,
        }
    }

    pub fn profile(&self) -> &str {
        &self.place.profile
    }

    /// The future host name of the database server.
    pub(super) fn mysql_host(&self) -> String {
        format!("{}.mysql.database.azure.com", self.names.mysql)
    }

    /// The desired stack.
    pub fn stack(&self, wish: Wish<'_>) -> StackSpec {
        let Wish {
            azure,
            topology,
            password,
            promoter,
            gate_override,
        } = wish;
        let profile = &self.place.profile;
        let own = BTreeMap::from([(PROFILE.to_owned(), profile.clone())]);
        let template = template::template(azure, &topology.database, &self.place, &own);
        let template = serde_json::to_value(template).expect("a template serialises to JSON");
        let digest = Digest::of(&(
            &template,
            &topology.digest,
            // A digest cannot be reversed to 187 random bits.
            Digest::of_bytes(password.reveal().as_bytes()),
        ));
        let mut tags = own;
        let open = Digest::of(&(&template, &topology.digest));
        tags.insert(TEMPLATE.to_owned(), open.to_string());
        tags.insert(TOPOLOGY.to_owned(), topology.digest.to_string());
        tags.insert(DIGEST.to_owned(), digest.to_string());
        tags.insert(STORAGE.to_owned(), azure.mysql.storage_gib.to_string());
        tags.insert(PROMOTER.to_owned(), promoter.to_owned());
        let reason = gate_override.map(|reason| (OVERRIDE.to_owned(), tag_value(reason)));
        tags.extend(reason);
        StackSpec {
            tags,
            properties: StackProperties {
                template,
                parameters: BTreeMap::from([(PASSWORD.to_owned(), Parameter::Secret(password))]),
                action_on_unmanage: UNMANAGE,
                deny_settings: DenySettings::none(),
                description: Some(format!("Temporal, by profile {profile}")),
            },
        }
    }
}

/// The tags of the resource group, without the expiry.
pub fn group_tags(azure: &Azure, profile: &str) -> BTreeMap<String, String> {
    let own = [(PROFILE.to_owned(), profile.to_owned())];
    azure.tags.clone().into_iter().chain(own).collect()
}

/// The digest of everything that a stack was made from, by its tags.
pub fn digest_of(tags: &BTreeMap<String, String>) -> Option<Digest> {
    let text = find_tag(tags, DIGEST)?.clone();
    serde_json::from_value(Value::String(text)).ok()
}

/// A text as the value of a tag, which has at most 256 characters.
pub(super) fn tag_value(text: &str) -> String {
    text.chars().take(256).collect()
}
