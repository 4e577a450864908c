//! Both sides of a run in memory, to be bent and looked into.

use std::collections::BTreeMap;

use archive::Archive;
use backend::event::Ending;
use check::{Finding, Unread};
use load::Iteration;
use temporal::Reading;

use super::super::assess::{check, glimpse, measure};
use super::super::{FaultRecord, Measures, RunPlan};

/// The evidence of a run.
#[derive(Debug, Clone, Default)]
pub(super) struct Evidence {
    pub(super) iterations: Vec<Iteration>,
    /// The readings by workflow id.
    pub(super) readings: BTreeMap<String, Reading>,
}

impl Evidence {
    /// The evidence in a folder.
    pub(super) fn of(archive: &Archive) -> Self {
        let iterations = archive.iterations().expect("there are some");
        let executions = archive.executions().expect("there are some");
        let mut readings = BTreeMap::new();
        for both in executions {
            let both = both.expect("readable");
            let before = readings.insert(both.iteration.workflow_id, both.reading);
            assert_eq!(before, None, "each workflow is read once");
        }
        Self {
            readings,
            iterations: iterations.collect::<Result<_, _>>().expect("readable"),
        }
    }

    /// The workflows that could not be read back, each with the reason.
    pub(super) fn unreadable(&self) -> Vec<(&str, &str)> {
        let readings = self.readings.iter();
        let unreadable = readings.filter_map(|(id, reading)| match reading {
            Reading::Unreadable(reason) => Some((id.as_str(), reason.as_str())),
            Reading::Found(_) | Reading::Absent => None,
        });
        unreadable.collect()
    }

    pub(super) fn measures(
        &self,
        plan: &RunPlan,
        faults: &[FaultRecord],
        ending: Ending,
    ) -> Measures {
        let glimpse = glimpse(ending, faults, None);
        let iterations = self.iterations.iter().cloned().map(Ok);
        measure(plan, faults, glimpse, iterations).expect("nothing is read")
    }

    pub(super) fn findings(&self, plan: &RunPlan) -> (Vec<Finding>, Unread) {
        let may_exist = self.iterations.iter().filter(|it| it.may_exist());
        let both: Vec<_> = may_exist
            .map(|iteration| {
                let reading = self.readings.get(&iteration.workflow_id).cloned();
                let not_read = || Reading::Unreadable("it was not read back".to_owned());
                Ok(archive::Workflow {
                    iteration: iteration.clone(),
                    reading: reading.unwrap_or_else(not_read),
                })
            })
            .collect();
        check(plan, both.into_iter()).expect("nothing is read")
    }
}
