//! An order in three steps. If one fails, those before it are undone in reverse order.

use serde::{Deserialize, Serialize};
use temporalio_macros::{activities, workflow, workflow_methods};
use temporalio_sdk::activities::{ActivityContext, ActivityError};
use temporalio_sdk::{ApplicationFailure, WorkflowContext, WorkflowResult};

use super::activity;

pub const TYPE: &str = "OrderSaga";

/// Failure type of a step that cannot be done.
pub const OUT_OF_STOCK: &str = "OutOfStock";

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    Reserve,
    Charge,
    Ship,
}

const STEPS: [Step; 3] = [Step::Reserve, Step::Charge, Step::Ship];

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    pub order: String,
    /// How many of the three steps can be done.
    pub completes: usize,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    pub order: String,
    /// The steps that were done, in their order.
    pub done: Vec<Step>,
    /// The steps that were undone, in their order.
    pub undone: Vec<Step>,
}

/// The right result.
pub fn model(order: &Order) -> Outcome {
    let done: Vec<Step> = STEPS.into_iter().take(order.completes).collect();
    let undone = if done.len() < STEPS.len() {
        done.iter().rev().copied().collect()
    } else {
        Vec::new()
    };
    Outcome {
        order: order.order.clone(),
        done,
        undone,
    }
}

/// One step of one order.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Work {
    order: String,
    step: Step,
    can_be_done: bool,
}

#[derive(Debug, Clone, Copy)]
pub struct Steps;

#[activities]
impl Steps {
    #[activity(name = "do-step")]
    #[expect(
        clippy::unused_async,
        reason = "the SDK runs each activity that is not async in a thread"
    )]
    pub async fn act(_context: ActivityContext, work: Work) -> Result<Step, ActivityError> {
        if work.can_be_done {
            return Ok(work.step);
        }
        let failure = ApplicationFailure::builder(format!("{} cannot be done", work.order))
            .type_name(OUT_OF_STOCK.to_owned())
            .non_retryable(true)
            .build();
        Err(ActivityError::application(failure))
    }

    #[activity(name = "undo-step")]
    #[expect(
        clippy::unused_async,
        reason = "the SDK runs each activity that is not async in a thread"
    )]
    pub async fn undo(_context: ActivityContext, work: Work) -> Result<Step, ActivityError> {
        Ok(work.step)
    }
}

#[workflow]
#[derive(Debug, Default)]
pub struct OrderSaga;

#[workflow_methods]
impl OrderSaga {
    #[run(name = TYPE)]
    pub async fn run(context: &mut WorkflowContext<Self>, order: Order) -> WorkflowResult<Outcome> {
        let work = |index: usize, step| Work {
            order: order.order.clone(),
            step,
            can_be_done: index < order.completes,
        };
        let mut done = Vec::new();
        let mut has_failed = false;
        for (index, step) in STEPS.into_iter().enumerate() {
            let work = work(index, step);
            let result = context.execute_activity(Steps::act, work, activity());
            let Ok(step) = result.await else {
                has_failed = true;
                break;
            };
            done.push(step);
        }
        let mut undone = Vec::new();
        if has_failed {
            for (index, step) in done.iter().copied().enumerate().rev() {
                let work = work(index, step);
                undone.push(
                    context
                        .execute_activity(Steps::undo, work, activity())
                        .await?,
                );
            }
        }
        Ok(Outcome {
            order: order.order,
            done,
            undone,
        })
    }
}
