//! The resources as they should be, and as they are.

use backend::Backend as _;
use backend::namespaces::Namespaces;
use kubernetes::Group;
use model::plan::{Action, Observed, Resource, ResourceId, State};
use model::quantity::Duration;
use model::topology::{Run, Topology};

use super::backend::AzureBackend;
use super::error::Error;
use super::ground::Ground;
use super::group::{self, Found};
use super::scope;
use super::{ground, image, stack};

/// How long each may take to be seen ready once it was made: the making itself is waited for while
/// it is applied.
const SEEN: Duration = Duration::from_secs(120);

impl AzureBackend {
    /// Everything that makes up the topology; nothing before it is known.
    pub(super) fn desired(&self, topology: &Topology) -> Vec<Resource> {
        let Some(wanted) = &self.wanted else {
            return Vec::new();
        };
        let (group, stack) = (&wanted.scope.group, stack::id(&wanted.scope));
        let digest = scope::digest_of(&wanted.stack.tags);
        let mut resources = vec![
            Resource {
                id: group::id(group),
                digest: group::digest(
                    &self.settings.azure.region,
                    &scope::group_tags(&self.settings.azure, &self.settings.profile),
                ),
                needs: Vec::new(),
                ready_timeout: SEEN,
            },
            Resource {
                id: stack.clone(),
                digest: digest.expect("a stack of ours says what it is made from"),
                needs: vec![group::id(group)],
                ready_timeout: SEEN,
            },
        ];
        resources.extend(wanted.worker.digest().map(|digest| Resource {
            id: image::id(),
            digest,
            needs: self.image_needs(stack),
            ready_timeout: SEEN,
        }));
        resources.extend(wanted.groups.values().map(Group::resource));
        resources.extend(self.namespaces.desire());
        if let Some(ground) = &self.ground {
            resources.extend(ground.desire(topology));
        }
        resources
    }

    /// The names of all that makes up a topology.
    pub(super) async fn expected(
        &self,
        topology: &Topology,
    ) -> Result<Vec<ResourceId>, backend::Error> {
        let scope = self.scope().await?;
        let mut expected = vec![group::id(&scope.group), stack::id(&scope)];
        if !matches!(topology.worker_run(), Run::Image(_)) {
            expected.push(image::id());
        }
        if !self.without_cluster() {
            expected.extend(kubernetes::expected(topology));
            expected.extend(Namespaces::expected(topology));
        }
        if let Some(ground) = &self.ground {
            expected.extend(ground.expects(topology).await?);
        }
        Ok(expected)
    }

    /// What the image is pushed to, and what takes it in.
    fn image_needs(&self, stack: ResourceId) -> Vec<ResourceId> {
        let ground = self.ground.iter().flat_map(Ground::cluster_needs);
        std::iter::once(stack).chain(ground).collect()
    }

    /// Everything that there is. What is in a stack goes with it.
    pub(super) async fn observed(
        &self,
        named: &[ResourceId],
    ) -> Result<Vec<Observed>, backend::Error> {
        let mut observed = match &self.ground {
            Some(ground) => ground.observe(named).await?,
            None => Vec::new(),
        };
        let Found::Ours(found) = self.find_group().await? else {
            return Ok(observed);
        };
        let scope = self.scope().await?;
        observed.push(self.observed_group(&scope.group, &found));
        let Some(stack) = self.find_stack().await? else {
            return Ok(observed);
        };
        let stack = self.observed_stack(&scope, &stack);
        let lives = matches!(stack.state, State::Live(_));
        observed.push(stack);
        let replaced = match &self.ground {
            Some(ground) => ground.replaces_cluster()?,
            None => false,
        };
        if lives && !replaced {
            observed.extend(self.observed_image(&scope).await?);
            observed.extend(self.observed_groups(&scope).await);
            if let Ok(frontend) = self.frontend_address().await {
                observed.extend(self.namespaces.observe(frontend).await);
            }
        }
        Ok(observed)
    }

    /// Makes, replaces or removes a resource.
    pub(super) async fn change(
        &self,
        id: &ResourceId,
        action: Action,
    ) -> Result<(), backend::Error> {
        self.touch()?;
        if let Some(ground) = self.ground.as_ref().filter(|_| ground::owns(id)) {
            let changed = Box::pin(ground.apply(id, action)).await;
            if id.kind() == "cluster" {
                self.disconnect().await;
            }
            return changed;
        }
        // Azure goes on with what it was told, and the next command with the rest.
        let work = Box::pin(self.change_in_azure(id, action));
        let changed = self.cancel.run_until_cancelled(work).await;
        changed.unwrap_or_else(|| Err(Error::Interrupted.into()))
    }

    async fn change_in_azure(&self, id: &ResourceId, action: Action) -> Result<(), backend::Error> {
        match (id.kind(), action) {
            // An image stays in the registry, beside those that are used.
            (_, Action::Keep) | ("image", Action::Delete) => Ok(()),
            ("group", Action::Delete) => self.remove_group().await,
            ("group", _) => self.write_group().await,
            ("stack", Action::Delete) => self.remove_stack(id).await,
            ("stack", _) => self.make_stack(id).await,
            ("image", _) => self.push().await,
            ("namespace", _) => {
                let frontend = self.frontend_address().await?;
                let made = self.namespaces.apply(id, frontend).await;
                Ok(made.map_err(Error::from)?)
            }
            (_, Action::Delete) => self.remove_group_of_objects(id).await,
            _ => self.apply_group(id).await,
        }
    }
}
