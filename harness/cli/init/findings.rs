//! What the sources tell about their worker.

use model::topology::Command;

use super::code::Code;
use super::constants::reads_queue;
use super::signature::Workflow;
use super::suggestion::{Suggestion, distinct};
use super::tree::Tree;
use super::{go, java, python, rust, typescript};

/// Suggestions for the worker's values, the best of each first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Findings {
    /// Programs with their arguments, and what prepares them.
    pub commands: Vec<Suggestion<Command>>,
    pub task_queues: Vec<Suggestion<String>>,
    pub workflows: Vec<Suggestion<Workflow>>,
    /// A worker was found, and no source reads the address of Temporal from the environment.
    pub has_own_address: bool,
}

impl Findings {
    pub(super) fn new(
        commands: Vec<Suggestion<Command>>,
        task_queues: Vec<Suggestion<String>>,
        workflows: Vec<Suggestion<Workflow>>,
    ) -> Self {
        Self {
            commands: distinct(commands, |it| it),
            task_queues: distinct(task_queues, |it| it),
            workflows: distinct(workflows, |it| &it.name),
            has_own_address: false,
        }
    }

    /// Notes whether the sources read the address of Temporal, by its variable or with the SDK's
    /// package for the environment.
    fn with_address(mut self, tree: &Tree, all: &[Code]) -> Self {
        let reads = |code: &Code| code.has("TEMPORAL_ADDRESS") || code.has("envconfig");
        let is_read = all.iter().any(reads) || tree.configures("TEMPORAL_ADDRESS");
        self.has_own_address = self.known() > 0 && !is_read;
        self
    }

    /// How many of the values are known.
    fn known(&self) -> usize {
        let known = [
            !self.commands.is_empty(),
            !self.task_queues.is_empty(),
            !self.workflows.is_empty(),
        ];
        known.into_iter().filter(|known| *known).count()
    }

    /// A worker that takes its task queue from the environment polls any that the profile names. The
    /// name of the folder is as good as another.
    fn with_any_queue(mut self, tree: &Tree, all: &[Code]) -> Self {
        if self.task_queues.is_empty()
            && let Some(evidence) = reads_queue(all)
        {
            let name: String = tree
                .name()
                .chars()
                .map(|it| if it.is_ascii_alphanumeric() { it } else { '-' })
                .collect();
            let name = name.trim_matches('-').to_lowercase();
            let name = if name.is_empty() {
                "tasks".to_owned()
            } else {
                name
            };
            self.task_queues.push(Suggestion::new(name, evidence));
        }
        self
    }
}

/// Looks for a worker in the sources. A repository in several languages has the suggestions of the
/// language of which most is known.
pub fn findings(tree: &Tree) -> Findings {
    let languages = [
        go::find,
        python::find,
        typescript::find,
        java::find,
        rust::find,
    ];
    let mut best = Findings::default();
    for find in languages {
        let (found, code) = find(tree);
        let found = found.with_any_queue(tree, &code).with_address(tree, &code);
        if found.known() > best.known() {
            best = found;
        }
    }
    best
}

/// The words of a command line.
pub(super) fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}
