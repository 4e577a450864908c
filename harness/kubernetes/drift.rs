//! The differences of a cluster from what was applied. The API server computes them with a dry run.

use std::collections::BTreeSet;

use futures_util::future::try_join_all;
use serde_json::Value;

use super::apply::{apply_params, kind_of, name_of};
use super::cluster::call;
use super::difference::{self, Difference, What, is_going};
use super::error::Error;
use super::group::reference;
use super::labels::{MANAGED_BY, MANAGER};
use super::{Cluster, Group};

/// How many objects are compared at a time. A remote API server is slow to answer, and a local one
/// has few resources.
const AT_ONCE: usize = 8;

impl Cluster {
    /// What applying `groups` would change. `groups` must be all groups of the topology. The result
    /// contains properties with another value, missing objects, and our objects that are in no
    /// group. Additions by others that applying would keep are not a difference. Changes nothing,
    /// and hides the values of Secrets.
    pub async fn differences(&self, groups: &[Group]) -> Result<Vec<Difference>, backend::Error> {
        let manifests: Vec<Value> = groups.iter().flat_map(Group::manifests).collect();
        let mut differences = Vec::new();
        for some in manifests.chunks(AT_ONCE) {
            let each = some.iter().map(|manifest| self.differences_of(manifest));
            differences.extend(try_join_all(each).await?.concat());
        }
        let wanted: BTreeSet<String> = manifests.iter().map(reference).collect();
        let ours = self.objects(&format!("{MANAGED_BY}={MANAGER}")).await?;
        let surplus = ours
            .iter()
            .filter(|object| !is_going(object))
            .map(reference)
            .filter(|name| !wanted.contains(name));
        differences.extend(surplus.map(|object| Difference {
            object,
            what: What::Surplus,
        }));
        Ok(differences)
    }

    async fn differences_of(&self, manifest: &Value) -> Result<Vec<Difference>, Error> {
        let name = reference(manifest);
        let only = |what| {
            let object = name.clone();
            Ok(vec![Difference { object, what }])
        };
        let objects = self.of_kind(&kind_of(manifest));
        let found = objects.get_opt(name_of(manifest));
        let Some(found) = call(format!("read {name}"), found).await? else {
            return only(What::Missing);
        };
        let before = serde_json::to_value(found).unwrap_or_default();
        if is_going(&before) {
            return only(What::Missing);
        }
        match self
            .patch(&objects, manifest, &apply_params().dry_run())
            .await
        {
            Ok(after) => Ok(difference::differences(&before, &after)),
            Err(Error::Call { source, .. }) if source.is_invalid() => only(What::Unchangeable {
                reason: source.to_string(),
            }),
            // It was deleted meanwhile.
            Err(Error::Call { source, .. }) if source.is_absent() => only(What::Missing),
            Err(error) => Err(error),
        }
    }
}
