//! The example worker: its contract, workflows, activities, and the program that runs them and an
//! HTTP starter.
//!
//! # Contract
//! A client in any language needs only these facts.
//!
//! | what | value |
//! |---|---|
//! | workflow type | [`WORKFLOW_TYPE`], `Workflow` |
//! | task queue | [`TASK_QUEUE`], `hello-world` |
//! | input | one JSON string, a [`Name`] |
//! | result | one JSON string, [`greeting`] of that name: `Hello X!` |
//! | an invalid name | the workflow fails, failure type [`activities::INVALID_NAME`] |
//!
//! A second workflow type, [`NAP_TYPE`], takes a number of milliseconds and sleeps for that time in
//! one activity. Tests of shutdowns and crashes use it to have a running activity. The other types are
//! [`canaries`].
//!
//! # HTTP starter
//! | request | answer |
//! |---|---|
//! | `GET /ping` | 200 `pong`: the client is connected and the worker exists |
//! | `GET /sync?name=X` | 200 `Hello X!`, once the workflow has closed |
//! | `GET /async?name=X` | 202 `Started workflow ID=X, RunID=<uuid>` |
//!
//! The default of `name` is [`Name::default`]. The workflow id is the name, unless `id=` gives
//! another one, which must be a valid [`Name`] too. While the workflow of an id is running, another
//! request for that id is refused. Every other answer is a line of text with the reason:
//!
//! | status | when |
//! |---|---|
//! | 400 | `name` or `id` is not a valid [`Name`] |
//! | 409 | a workflow with that id is running |
//! | 502 | the workflow failed, was canceled, terminated or timed out; or Temporal refused |
//! | 503 | Temporal is unreachable or overloaded |
//! | 504 | no result within the request timeout; the workflow continues |

pub mod activities;
pub mod canaries;
pub mod name;
pub mod worker;
pub mod workflows;

pub use name::Name;

pub const WORKFLOW_TYPE: &str = "Workflow";

pub const NAP_TYPE: &str = "Nap";

/// The default task queue of the worker.
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
