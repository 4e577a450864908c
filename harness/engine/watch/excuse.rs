//! Whose end is planned. Pure.

use std::collections::BTreeSet;

/// The services that faults are at, now and since the last look but one that saw everything.
///
/// A look takes time, and a fault may begin or end meanwhile: a service is excused in each
/// comparison of two looks of which one overlaps with a fault on it. What a look did not see is
/// compared with an earlier one, so that a fault between those excuses it as well.
#[derive(Debug, Default)]
pub(super) struct Excuses {
    open: Vec<String>,
    touched: BTreeSet<String>,
}

/// The excuses of a look that has begun.
#[derive(Debug)]
pub(super) struct Begun(BTreeSet<String>);

impl Excuses {
    /// A fault on a service begins.
    pub(super) fn begin(&mut self, service: &str) {
        self.open.push(service.to_owned());
        self.touched.insert(service.to_owned());
    }

    /// A fault on a service is over, and the service does its job again.
    pub(super) fn end(&mut self, service: &str) {
        if let Some(place) = self.open.iter().position(|open| open == service) {
            self.open.swap_remove(place);
        }
    }

    /// All faults are over.
    pub(super) fn end_all(&mut self) {
        self.open.clear();
    }

    /// A look begins.
    pub(super) fn look(&mut self) -> Begun {
        let open = self.open.iter().cloned().collect();
        Begun(std::mem::replace(&mut self.touched, open))
    }

    /// A look saw less than all: the next one compares with what was seen before it.
    pub(super) fn keep(&mut self, look: Begun) {
        self.touched.extend(look.0);
    }

    /// Whether one that ended between the look before and `look`, which is done, was meant to.
    pub(super) fn cover(&self, look: &Begun, services: &[String]) -> bool {
        services
            .iter()
            .any(|service| look.0.contains(service) || self.touched.contains(service))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Looks once; whether the end of a worker is excused.
    fn excused(excuses: &mut Excuses, during: impl FnOnce(&mut Excuses)) -> bool {
        let look = excuses.look();
        during(excuses);
        excuses.cover(&look, &["worker".to_owned()])
    }

    #[test]
    fn a_service_is_excused_from_the_look_before_its_fault_to_the_one_after() {
        let mut excuses = Excuses::default();
        assert!(!excused(&mut excuses, |_| ()));
        excuses.begin("worker");
        assert!(excused(&mut excuses, |_| ()), "its fault has begun");
        assert!(excused(&mut excuses, |_| ()), "its fault goes on");
        excuses.end("worker");
        assert!(excused(&mut excuses, |_| ()), "the look before saw it down");
        assert!(!excused(&mut excuses, |_| ()), "its fault is over");
    }

    #[test]
    fn a_fault_that_begins_or_ends_while_somebody_looks_excuses_both_comparisons() {
        let mut excuses = Excuses::default();
        assert!(excused(&mut excuses, |it| it.begin("worker")));
        assert!(excused(&mut excuses, |it| it.end("worker")));
        assert!(
            excused(&mut excuses, |_| ()),
            "that look may have seen either"
        );
        assert!(!excused(&mut excuses, |_| ()));
    }

    #[test]
    fn looks_that_see_nothing_use_up_no_excuse() {
        let mut excuses = Excuses::default();
        let _ = excuses.look();
        excuses.begin("worker");
        excuses.end("worker");
        for _ in 0..2 {
            let blind = excuses.look();
            excuses.keep(blind);
        }
        assert!(
            excused(&mut excuses, |_| ()),
            "it is compared with the look before the fault"
        );
        assert!(!excused(&mut excuses, |_| ()), "all was seen since");
    }

    #[test]
    fn nobody_else_is_excused_and_of_two_faults_both_must_end() {
        let mut excuses = Excuses::default();
        excuses.begin("mysql");
        assert!(!excused(&mut excuses, |_| ()));
        excuses.begin("worker");
        excuses.begin("worker");
        excuses.end("worker");
        for _ in 0..3 {
            assert!(excused(&mut excuses, |_| ()));
        }
        excuses.end_all();
        assert!(excused(&mut excuses, |_| ()));
        assert!(!excused(&mut excuses, |_| ()));
    }
}
