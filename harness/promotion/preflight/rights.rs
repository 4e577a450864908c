//! What whoever promotes is allowed.

use azure::arm::{self, Group, ResourceId};
use places::azure::Cloud;

use super::check::{Check, Problem};
use super::question::ask;

/// What whoever promotes has to be allowed, besides what every contributor is.
const ASSIGN: &str = "Microsoft.Authorization/roleAssignments/write";

/// What every contributor is allowed and a promotion begins with.
const MAKE: [&str; 2] = [
    "Microsoft.Resources/subscriptions/resourceGroups/write",
    "Microsoft.Resources/deploymentStacks/write",
];

/// In the group if that is there, else in the subscription.
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
            missing.map(|right| Problem::new(format!("{right} is not allowed"), remedy))
        })
    };
    Ok([
        check(
            "right to assign roles",
            &[ASSIGN],
            "it takes Owner, User Access Administrator or Role Based Access Control Administrator \
             on the subscription, or on a resource group that is there",
        ),
        check(
            "right to make resources",
            &MAKE,
            "it takes Owner or Contributor on the subscription, or on a resource group that is \
             there",
        ),
    ])
}
