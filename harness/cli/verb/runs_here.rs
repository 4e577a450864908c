//! The command line that runs on this machine the topology to promote.

use std::cell::RefCell;
use std::collections::BTreeMap;

use model::profile::Backend;
use model::topology::Digest;

use super::backend_name::Named;
use super::session::{self, Target};

/// The default profile for running a topology on this machine.
const USUAL: &str = "k3d";

/// Finds the command lines that run a topology on this machine.
pub(super) struct RunsHere<'a> {
    target: &'a Target,
    topology: &'a Digest,
    /// The `--set` options that concern the topology, without those that concern Azure.
    sets: Vec<String>,
    /// The options by which a profile gives the same topology, by the profile's name. A cache.
    known: RefCell<BTreeMap<String, Option<String>>>,
}

impl<'a> RunsHere<'a> {
    /// For the topology that a target would promote.
    pub(super) fn of(target: &'a Target, topology: &'a Digest) -> Self {
        let of_place = |set: &&String| set.starts_with("backend.") || set.starts_with("promotion.");
        let sets = target.set.iter().filter(|set| !of_place(set));
        Self {
            target,
            topology,
            sets: sets.cloned().collect(),
            known: RefCell::default(),
        }
    }

    /// The options that run the topology: of the profile that ran it before, else of the default
    /// profile if it gives the same topology, else of the profile itself on k3d.
    pub(super) fn options(&self, ran: Option<&str>) -> String {
        let mut names = ran.into_iter().chain([USUAL]);
        names
            .find_map(|name| self.same(name))
            .unwrap_or_else(|| self.itself())
    }

    /// The options by which a profile gives the same topology, if it does. Each profile is loaded
    /// once.
    fn same(&self, name: &str) -> Option<String> {
        if let Some(known) = self.known.borrow().get(name) {
            return known.clone();
        }
        let targets = [&*self.sets, &[]].map(|sets| Target {
            directory: self.target.directory.clone(),
            ..Target::named(name, sets)
        });
        let same = targets.iter().find(|target| self.is_same(target));
        let options = same.map(Target::suffix);
        let mut known = self.known.borrow_mut();
        known.insert(name.to_owned(), options.clone());
        options
    }

    fn is_same(&self, target: &Target) -> bool {
        let loaded = session::load(target);
        let here = loaded.readable();
        let here = here
            .filter(|profile| !matches!(profile.backend, Backend::Azure(_) | Backend::Existing(_)));
        here.is_some_and(|profile| profile.topology().digest == *self.topology)
    }

    fn itself(&self) -> String {
        let here = Target {
            backend: Some(Named::K3d),
            rehearse: false,
            set: self.sets.clone(),
            ..self.target.clone()
        };
        here.suffix()
    }
}
