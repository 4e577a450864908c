//! What an iteration does: the workflow to start, and the calls of its client. Data.

use std::collections::BTreeMap;

use model::quantity::Duration;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use temporal::Status;

/// One kind of iteration. Strings in values are templates.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Flow {
    /// Unique in the workload.
    pub name: String,
    /// How many of the iterations it gets, in proportion to the weights of the others.
    pub weight: u32,
    pub workflow_type: String,
    pub task_queue: String,
    /// Variables of the templates: expressions by name, which may use each other.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub variables: BTreeMap<String, String>,
    /// Arguments.
    pub input: Vec<Value>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub memo: BTreeMap<String, Value>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub search_attributes: BTreeMap<String, Value>,
    /// The signal that is sent with the start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signal: Option<Message>,
    /// What the client does between the start and the wait for the close.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<Step>,
    /// How the workflow must close; `None` if it should complete, and nobody insists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<Status>,
    /// The result that the workflow must have.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "temporal::present"
    )]
    pub result: Option<Value>,
}

impl Flow {
    /// Starts a workflow without arguments, and waits until it has completed.
    pub fn new(workflow_type: &str, task_queue: &str) -> Self {
        Self {
            name: workflow_type.to_owned(),
            weight: 1,
            workflow_type: workflow_type.to_owned(),
            task_queue: task_queue.to_owned(),
            variables: BTreeMap::new(),
            input: Vec::new(),
            memo: BTreeMap::new(),
            search_attributes: BTreeMap::new(),
            signal: None,
            steps: Vec::new(),
            status: None,
            result: None,
        }
    }
}

/// A signal, a query or an update.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Message {
    /// The name of the signal or the update, or the query type.
    pub name: String,
    /// Arguments.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub input: Vec<Value>,
}

/// Something that the client does while the workflow runs. The next step begins when it is over.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// Sends a signal, several times one after another.
    Signal {
        message: Message,
        times: u32,
    },
    Query(MessageWithReply),
    Update(MessageWithReply),
    /// Asks the workflow to cancel itself.
    Cancel,
    /// Closes the workflow at once.
    Terminate {
        reason: String,
    },
    /// Makes no call for a while.
    Wait {
        #[serde(rename = "length-ms", with = "model::quantity::in_milliseconds")]
        length: Duration,
    },
}

/// A message with a reply.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct MessageWithReply {
    pub message: Message,
    /// The result that it must have.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "temporal::present"
    )]
    pub result: Option<Value>,
    /// How often it is sent, one after another.
    pub times: u32,
}
