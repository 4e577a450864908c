//! The text of a timeline.

use crate::bench::{Made, Timeline};
use crate::ui::Table;

/// The steps of a timeline with their times, and the critical path.
pub(super) fn text(timeline: &Timeline) -> String {
    let mut table = Table::new([
        "",
        "BEGINS s",
        "CREATE",
        "READY",
        "ENDS",
        "WAITED LONGEST FOR",
    ]);
    for work in &timeline.preparation {
        table.row([
            work.what.clone(),
            seconds(work.begin),
            seconds(work.length()),
            String::new(),
            seconds(work.end),
            String::new(),
        ]);
    }
    for made in &timeline.resources {
        table.row([
            made.id.to_string(),
            seconds(made.begin),
            seconds(made.applied - made.begin),
            seconds(made.ready - made.applied),
            seconds(made.ready),
            longest_wait(made),
        ]);
    }
    let path = timeline.critical_path.iter();
    let path: Vec<String> = path
        .map(|work| format!("{} {}", work.what, seconds(work.length())))
        .collect();
    format!(
        "{}\ncritical path: {}\nthe harness itself: {} of {} ({:.0}%)",
        table.render(),
        path.join(" > "),
        seconds(timeline.harness),
        seconds(timeline.first_result),
        timeline.harness / timeline.first_result * 100.0
    )
}

fn longest_wait(made: &Made) -> String {
    let waits = made.waits.iter();
    let longest = waits.max_by(|one, other| one.length().total_cmp(&other.length()));
    longest.map_or_else(String::new, |wait| {
        format!("{} ({})", wait.what, seconds(wait.length()))
    })
}

fn seconds(seconds: f64) -> String {
    format!("{seconds:.2}")
}

#[cfg(test)]
mod tests {
    use model::plan::{ResourceId, ResourceKind};

    use super::*;
    use crate::bench::Work;

    fn work(what: &str, begin: f64, end: f64) -> Work {
        let what = what.to_owned();
        Work { what, begin, end }
    }

    #[test]
    fn a_timeline_is_printed_as_a_table() {
        let timeline = Timeline {
            preparation: vec![work("pull mysql:8.4", 0.1, 2.4)],
            resources: vec![Made {
                id: ResourceId::new(ResourceKind::Container, "mysql"),
                begin: 2.5,
                applied: 2.75,
                ready: 5.0,
                waits: vec![
                    work("it does not answer yet", 2.75, 4.5),
                    work("its users are not there yet", 4.5, 5.0),
                ],
            }],
            up: 5.25,
            first_result: 5.5,
            harness: 2.75,
            critical_path: vec![
                work("prepare and plan", 0.0, 2.5),
                work("container/mysql", 2.5, 5.0),
            ],
        };
        insta::assert_snapshot!(text(&timeline), @"
                         BEGINS s  CREATE  READY  ENDS  WAITED LONGEST FOR
        pull mysql:8.4   0.10      2.30           2.40
        container/mysql  2.50      0.25    2.25   5.00  it does not answer yet (1.75)
        critical path: prepare and plan 2.50 > container/mysql 2.50
        the harness itself: 2.75 of 5.50 (50%)
        ");
    }
}
