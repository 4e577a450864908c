//! The rights of the caller.

use azure::arm::{self, Group, ResourceId};
use places::azure::Cloud;

use super::check::{Check, Problem};
use super::question::ask;

/// The right that a promotion needs and that `Contributor` does not include.
const ASSIGN: &str = "Microsoft.Authorization/roleAssignments/write";

/// The rights that a promotion needs first and that `Contributor` includes.
const MAKE: [&str; 2] = [
    "Microsoft.Resources/subscriptions/resourceGroups/write",
    "Microsoft.Resources/deploymentStacks/write",
];

/// Checks the rights in the group if it exists, else in the subscription.
pub(super) async fn rights(cloud: &Cloud, group: Option<&Group>) -> Result<[Check; 2], arm::Error> {
    let id = &cloud.subscription.subscription_id;
    let whole = || ResourceId::new(format!("/subscriptions/{id}"));
    let scope = group.map_or_else(whole, Group::id);
    let permissions = ask(None, cloud.arm.permissions(&scope)).await?;
    let missing = |rights: &[&str]| {
        permissions.as_ref().map_err(Clone::clone).map(|roles| {
            let lacks = |right: &&&str| !roles.iter().any(|role| role.allows(right));
            rights.iter().find(lacks).map(|right| (*right).to_owned())
        })
    };
    let check = |what: &str, rights: &[&str], remedy: &str| {
        Check::of(what, missing(rights), |missing| {
            missing.map(|right| Problem::new(format!("these credentials lack {right}"), remedy))
        })
    };
    Ok([
        check(
            "right to assign roles",
            &[ASSIGN],
            "ask for Owner, User Access Administrator or Role Based Access Control Administrator \
             on the subscription, or on an existing resource group",
        ),
        check(
            "right to create resources",
            &MAKE,
            "ask for Owner or Contributor on the subscription, or on an existing resource group",
        ),
    ])
}
