//! Which command line runs on this machine what would be promoted.

use std::cell::RefCell;
use std::collections::BTreeMap;

use model::profile::Backend;
use model::topology::Digest;

use super::backend_name::Named;
use super::session::{self, Target};

/// The profile that runs any topology that has its settings, unless it says otherwise itself.
const USUAL: &str = "k3d";

/// The command lines that run a topology on this machine.
pub(super) struct RunsHere<'a> {
    target: &'a Target,
    topology: &'a Digest,
    /// What is set of the topology. What is set of a place in Azure is nothing to a place here.
    sets: Vec<String>,
    /// The options by which each profile that was asked about comes to the topology, by its name.
    known: RefCell<BTreeMap<String, Option<String>>>,
}

impl<'a> RunsHere<'a> {
    /// Those of a topology that would be promoted by a target.
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

    /// The options that run it: the profile that ran it before, else the usual one, if that comes to
    /// the same; else the profile itself, in k3d.
    pub(super) fn options(&self, ran: Option<&str>) -> String {
        let mut names = ran.into_iter().chain([USUAL]);
        names
            .find_map(|name| self.same(name))
            .unwrap_or_else(|| self.itself())
    }

    /// The options by which a profile comes to the topology, if it does. Each is loaded once, however
    /// many requirements it closes.
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
        let here = here.filter(|profile| !matches!(profile.backend, Backend::Azure(_)));
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
