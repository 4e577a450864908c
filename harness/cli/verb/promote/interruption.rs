//! What happens to a running deployment when the command is interrupted.

use std::time::Duration;

use backend::event::{Event, Events};
use base::causes::in_one_line;
use model::plan::ResourceId;
use places::azure::Stack;
use tokio::sync::mpsc::UnboundedReceiver;

use crate::error::{CommandError, Exit};
use crate::ui::Ui;
use crate::verb::shutdown::Shutdown;

/// How long to wait for an answer to the question.
const ANSWER: Duration = Duration::from_secs(30);

/// What to do with a running deployment when the command is interrupted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub(super) enum OnInterrupt {
    /// Ask at a terminal; without a terminal or an answer, leave it running
    #[default]
    Ask,
    /// Leave the deployment running
    Leave,
    /// Cancel the deployment, and wait until it has stopped
    Cancel,
}

/// After an interruption, leaves or cancels a running deployment, and adds the result to the error.
/// Returns any other error unchanged.
pub(super) async fn settle(
    error: CommandError,
    azure: &Stack,
    how: OnInterrupt,
    shutdown: &Shutdown,
    (events, receiver): (&Events, &mut UnboundedReceiver<Event>),
    ui: &mut Ui,
) -> CommandError {
    if error.exit != Exit::Interrupted {
        return error;
    }
    let under_way = shutdown.insisted.run_until_cancelled(azure.under_way());
    let what = match under_way.await {
        None | Some(Ok(None)) => return error,
        Some(Err(why)) => format!(
            "it is unknown whether Azure still deploys: {}",
            in_one_line(&why)
        ),
        Some(Ok(Some(stack))) => {
            let cancels = match how {
                OnInterrupt::Leave => false,
                OnInterrupt::Cancel => true,
                OnInterrupt::Ask => asked(&stack, shutdown, ui).await,
            };
            if cancels {
                let work = azure.cancel(&stack, events);
                cancelled(&stack, work, shutdown, receiver, ui).await
            } else {
                format!("Azure continues to deploy {stack}")
            }
        }
    };
    CommandError {
        source: format!("{}; {what}", error.source).into(),
        ..error
    }
}

/// Waits for a cancellation, and returns its result as text.
async fn cancelled(
    stack: &ResourceId,
    work: impl Future<Output = Result<(), backend::Error>>,
    shutdown: &Shutdown,
    receiver: &mut UnboundedReceiver<Event>,
    ui: &mut Ui,
) -> String {
    ui.say(format!("· cancelling {stack}"));
    let work = shutdown.insisted.run_until_cancelled(work);
    match ui.follow(receiver, Box::pin(work)).await {
        Some(Ok(())) => format!("cancelled the deployment of {stack}"),
        Some(Err(why)) => format!(
            "could not cancel the deployment of {stack}: {}",
            in_one_line(&why)
        ),
        None => format!(
            "did not wait for {stack}: Azure finishes the operations that it had \
                         started"
        ),
    }
}

async fn asked(stack: &ResourceId, shutdown: &Shutdown, ui: &mut Ui) -> bool {
    let question = format!(
        "Azure is deploying {stack}. Cancelling stops the deployment and waits up to 15 minutes. \
         Cancel? [y/N]"
    );
    let answer = ui.ask(&question, ANSWER);
    let answer = shutdown.insisted.run_until_cancelled(answer).await;
    let answer = answer.flatten().unwrap_or_default().to_lowercase();
    ["y", "yes"].contains(&answer.as_str())
}
