//! What may be asked before anything is made: names, sizes, versions, quotas.

mod cores;
mod machines;
mod mysql;
mod names;
mod versions;

use super::super::api_version;
use super::message::{Request, Response};
use super::refusal::Refusal;

pub(super) use cores::{Nodes, left, usages};
pub(super) use machines::{MACHINES, machine, skus};
pub(super) use mysql::capabilities;
pub(super) use versions::{DEFAULT, VERSIONS, minor, newest, release, versions};

/// The only version of each question.
const QUESTIONS: &[(&str, &str)] = &[
    ("capabilities", api_version::MYSQL),
    ("mysqlname", api_version::MYSQL),
    ("registryname", api_version::REGISTRY),
    ("permissions", api_version::AUTHORIZATION),
    ("usages", api_version::COMPUTE),
    ("skus", api_version::COMPUTE_SKUS),
    ("versions", api_version::KUBERNETES),
];

/// The answer to a question that is asked in its version.
pub(super) fn versioned(
    request: &Request,
    question: &str,
    answer: Response,
) -> Result<Response, Refusal> {
    let version = request.query("api-version").unwrap_or_default();
    let known = QUESTIONS
        .iter()
        .any(|(name, one)| *name == question && *one == version);
    if known {
        return Ok(answer);
    }
    let message = format!("The api-version '{version}' is invalid.");
    Err(Refusal::bad("InvalidApiVersionParameter", message))
}
