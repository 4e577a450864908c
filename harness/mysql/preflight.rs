//! Rules that check whether a MySQL server fits Temporal, with reasons. Pure, except for
//! [`Facts::read`].

mod facts;
mod finding;
mod release;
mod rules;

pub use facts::Facts;
pub use finding::{Finding, Needs, Severity};

/// The violated rules, the most severe first.
pub fn findings(facts: &Facts, needs: &Needs) -> Vec<Finding> {
    let mut findings: Vec<Finding> = [
        rules::product(facts),
        rules::connections(facts, *needs),
        rules::prefer_ordering_index(facts),
        rules::flush_log(facts),
        rules::sync_binlog(facts),
        rules::time_zone(facts),
        rules::encryption(facts, *needs),
    ]
    .into_iter()
    .flatten()
    .collect();
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    findings
}

#[cfg(test)]
mod tests;
