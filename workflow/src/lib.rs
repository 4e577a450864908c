//! The example worker: its contract, workflows, activities, and (in `src/bin/worker`) the program
//! that runs them beside an HTTP starter.
//!
//! # Contract
//! A client in any language needs these facts and nothing else of this crate.
//!
//! | what | value |
//! |---|---|
//! | workflow type | [`WORKFLOW_TYPE`], `Workflow` |
//! | task queue | [`TASK_QUEUE`], `hello-world` |
//! | input | one JSON string, a [`Name`] |
//! | result | one JSON string, [`greeting`] of that name: `Hello X!` |
//! | a name that is none | the workflow fails, failure type [`activities::INVALID_NAME`] |
//!
//! A second workflow type, [`NAP_TYPE`], takes a number of milliseconds and spends them in one
//! activity: what a shutdown or a crash needs to find an activity under way.
//!
//! # HTTP starter
//! | request | answer |
//! |---|---|
//! | `GET /ping` | 200 `pong`: the client is connected, the worker is made |
//! | `GET /sync?name=X` | 200 `Hello X!`, once the workflow has closed |
//! | `GET /async?name=X` | 202 `Started workflow ID=X, RunID=<uuid>` |
//!
//! `name` is [`Name::default`] when it is left out. The workflow id is the name, unless `id=`
//! gives another one by the same rules: two requests for one id at the same time are two claims
//! to one workflow, and the second is refused. Every other answer is a line of text that says why:
//!
//! | status | when |
//! |---|---|
//! | 400 | `name` or `id` is not a [`Name`] |
//! | 409 | a workflow of that id is running |
//! | 502 | the workflow failed, or was canceled, terminated or timed out; or Temporal refused |
//! | 503 | Temporal cannot be reached, or is overloaded |
//! | 504 | no result within the request timeout; the workflow goes on |

pub mod activities;
pub mod name;
pub mod workflows;

pub use name::Name;

/// Workflow type of the greeting.
pub const WORKFLOW_TYPE: &str = "Workflow";

/// Workflow type of the nap.
pub const NAP_TYPE: &str = "Nap";

/// Task queue on which the worker polls unless it is told another.
pub const TASK_QUEUE: &str = "hello-world";

/// The result of the greeting workflow.
///
/// ```
/// let name: workflow::Name = "Ada".parse()?;
/// assert_eq!(workflow::greeting(&name), "Hello Ada!");
/// # Ok::<(), workflow::name::Error>(())
/// ```
pub fn greeting(name: &Name) -> String {
    format!("Hello {name}!")
}
