//! What becomes of Azure's work when the command is interrupted.

use std::time::Duration;

use backend::event::{Event, Events};
use base::causes::in_one_line;
use model::plan::ResourceId;
use places::azure::Stack;
use tokio::sync::mpsc::UnboundedReceiver;

use crate::error::{CommandError, Exit};
use crate::ui::Ui;
use crate::verb::shutdown::Shutdown;

/// How long an answer is waited for.
const ANSWER: Duration = Duration::from_secs(30);

/// What is done about Azure's work when the command is interrupted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub(super) enum OnInterrupt {
    /// Ask at a terminal; leave it where there is none, or no answer
    #[default]
    Ask,
    /// Leave Azure at it
    Leave,
    /// Cancel it, and wait until Azure is at rest
    Cancel,
}

/// Does what is to be done about Azure's work, if an error is an interruption and Azure is at
/// work; gives the error back, with what became of it.
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
        Some(Err(why)) => format!("what Azure is at is not known: {}", in_one_line(&why)),
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
                format!("Azure goes on with {stack}")
            }
        }
    };
    CommandError {
        source: format!("{}; {what}", error.source).into(),
        ..error
    }
}

/// Waits for a cancellation, and says what came of it.
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
        Some(Ok(())) => format!("cancelled: Azure is at rest, and makes no more of {stack}"),
        Some(Err(why)) => format!("{stack} is not at rest: {}", in_one_line(&why)),
        None => format!("{stack} was not waited for: Azure ends what it had begun"),
    }
}

async fn asked(stack: &ResourceId, shutdown: &Shutdown, ui: &mut Ui) -> bool {
    let question = format!(
        "Azure is at work on {stack}, and goes on with it unless you cancel. Cancel? [y/N]"
    );
    let answer = ui.ask(&question, ANSWER);
    let answer = shutdown.insisted.run_until_cancelled(answer).await;
    let answer = answer.flatten().unwrap_or_default().to_lowercase();
    ["y", "yes"].contains(&answer.as_str())
}
