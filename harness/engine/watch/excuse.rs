//! Which ends of replicas are planned. Pure.

use std::collections::BTreeSet;

/// The services with a fault, now or since the look before the last complete look.
///
/// A look takes time, and a fault may begin or end during it. So a service is excused in each
/// comparison of two looks if one of them overlaps with a fault on it. What an incomplete look did
/// not see is compared with an earlier look, so a fault between those excuses it, too.
#[derive(Debug, Default)]
pub(super) struct Excuses {
    open: Vec<String>,
    touched: BTreeSet<String>,
}

/// The excuses at the begin of a look.
#[derive(Debug)]
pub(super) struct Begun(BTreeSet<String>);

impl Excuses {
    pub(super) fn begin(&mut self, service: &str) {
        self.open.push(service.to_owned());
        self.touched.insert(service.to_owned());
    }

    pub(super) fn end(&mut self, service: &str) {
        if let Some(place) = self.open.iter().position(|open| open == service) {
            self.open.swap_remove(place);
        }
    }

    pub(super) fn end_all(&mut self) {
        self.open.clear();
    }

    /// Begins a look.
    pub(super) fn look(&mut self) -> Begun {
        let open = self.open.iter().cloned().collect();
        Begun(std::mem::replace(&mut self.touched, open))
    }

    /// A look was incomplete: the next one is compared with the look before it.
    pub(super) fn keep(&mut self, look: Begun) {
        self.touched.extend(look.0);
    }

    /// Whether the end of a replica between the look before and the finished `look` was planned.
    pub(super) fn cover(&self, look: &Begun, services: &[String]) -> bool {
        services
            .iter()
            .any(|service| look.0.contains(service) || self.touched.contains(service))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Looks once. Returns whether the end of a worker is excused.
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
    fn a_fault_that_begins_or_ends_during_a_look_excuses_both_comparisons() {
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
    fn failed_looks_use_up_no_excuse() {
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
        assert!(!excused(&mut excuses, |_| ()), "a complete look came since");
    }

    #[test]
    fn other_services_are_not_excused_and_both_of_two_faults_must_end() {
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
