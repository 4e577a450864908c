//! What may be asked before anything is made: names, sizes, versions, quotas.

mod cores;
mod machines;
mod mysql;
mod names;
mod versions;

use super::message::{Request, Response};
use super::refusal::Refusal;
use super::version;

pub(super) use cores::{Nodes, left, usages};
pub(super) use machines::{MACHINES, machine, skus};
pub(super) use mysql::capabilities;
pub(super) use versions::{DEFAULT, VERSIONS, newest, release, versions};

/// The versions of each question.
const QUESTIONS: &[(&str, &[&str])] = &[
    ("capabilities", version::MYSQL),
    ("mysqlname", version::MYSQL),
    ("registryname", version::REGISTRY),
    ("permissions", version::ROLE_DEFINITIONS),
    ("usages", version::COMPUTE),
    ("skus", version::COMPUTE_SKUS),
    ("versions", version::KUBERNETES),
];

/// The answer to a question that is asked in one of its versions.
pub(super) fn versioned(
    request: &Request,
    question: &str,
    answer: Response,
) -> Result<Response, Refusal> {
    let asked = QUESTIONS.iter().find(|(name, _)| *name == question);
    let versions = asked.map_or(&[][..], |(_, versions)| versions);
    version::known(request, versions).map(|()| answer)
}
