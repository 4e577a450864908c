//! Where in Azure a profile is, what it is called there, and what its stack is to be. Pure.

use std::collections::BTreeMap;

use azure::arm::{
    Action, DenySettings, Group, Parameter, StackProperties, StackSpec, Undeletable, Unmanage,
};
use azure::template::{self, Names, PASSWORD, Place};
use base::secret::Secret;
use model::azure_limits::find_tag;
use model::profile::azure::Azure;
use model::topology::{Digest, Topology};
use serde_json::Value;

use super::cloud::Cloud;

/// The tag with the profile that something belongs to.
pub const PROFILE: &str = "harness-profile";
/// The tag with the identity of what runs.
pub const TOPOLOGY: &str = "harness-topology";
/// The tag with the time from which a resource group may be destroyed (RFC 3339).
pub const EXPIRES: &str = "harness-expires";
/// The tag with the `time-to-live` that it was promoted with: which of two times is another one cannot
/// be told from when they end.
pub const TIME_TO_LIVE: &str = "harness-time-to-live";
/// The tag of a resource group that the harness has made: no other is deleted.
pub(super) const MADE: &str = "harness-made";
/// The tag with the reason for which a gate was passed by.
pub const OVERRIDE: &str = "harness-gate-override";
/// The tag with the identity of all that a stack was made from but its password.
pub const TEMPLATE: &str = "harness-template";
/// The tag with the storage of the database that the profile asked for, in GiB: Azure may have made
/// it larger since.
pub const STORAGE: &str = "harness-storage-gib";
/// The tag with the identity of all that a stack was made from.
pub const DIGEST: &str = "harness-digest";
/// The tag with the state folder whose command made a stack.
pub const PROMOTER: &str = "harness-promoter";

/// What goes with a stack goes when the stack does; the group is removed apart, once it is empty.
pub const UNMANAGE: Unmanage = Unmanage {
    resources: Action::Delete,
    resource_groups: Action::Detach,
    management_groups: Action::Detach,
    undeletable: Undeletable::Detach,
};

/// A resource group of a subscription, with the names of what a profile has in it.
#[derive(Debug, Clone)]
pub struct Scope {
    /// The resource group.
    pub group: Group,
    /// Names of all resources.
    pub names: Names,
    place: Place,
}

/// What a stack is made from, besides where it is.
#[derive(Debug, Clone)]
pub struct Wish<'a> {
    /// The place.
    pub azure: &'a Azure,
    /// What runs there.
    pub topology: &'a Topology,
    /// The password of the database's administrator.
    pub password: Secret,
    /// Who makes it: an id of the state folder.
    pub promoter: &'a str,
    /// Why the gate is passed by, if it is.
    pub gate_override: Option<&'a str>,
}

impl<'a> Wish<'a> {
    /// What is asked for, but for who makes it and why.
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
    /// Where a profile is in a cloud.
    pub fn of(azure: &Azure, profile: &str, cloud: &Cloud) -> Self {
        let place = Place {
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

    /// The profile's name.
    pub fn profile(&self) -> &str {
        &self.place.profile
    }

    /// What the database server will be called on its network.
    pub(super) fn mysql_host(&self) -> String {
        format!("{}.mysql.database.azure.com", self.names.mysql)
    }

    /// The stack as it should be.
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
        let template = serde_json::to_value(template).expect("a template becomes JSON");
        let digest = Digest::of(&(
            &template,
            &topology.digest,
            // Nothing leads from this back to 187 random bits.
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

/// The tags of the resource group, but for the time that it has.
pub fn group_tags(azure: &Azure, profile: &str) -> BTreeMap<String, String> {
    let own = [(PROFILE.to_owned(), profile.to_owned())];
    azure.tags.clone().into_iter().chain(own).collect()
}

/// The identity of all that a stack is, or was, made from, by its tags.
pub fn digest_of(tags: &BTreeMap<String, String>) -> Option<Digest> {
    let text = find_tag(tags, DIGEST)?.clone();
    serde_json::from_value(Value::String(text)).ok()
}

/// A text as the value of a tag, which has 256 characters at most.
pub(super) fn tag_value(text: &str) -> String {
    text.chars().take(256).collect()
}
