//! Answers polls of operations: the status and the result.

use jiff::Timestamp;

use super::finish::finish;
use super::message::{Request, Response};
use super::operation::{Act, Operation};
use super::refusal::Refusal;
use super::settings::Settings;
use super::show::show;
use super::stack::show_preview;
use super::state::State;

/// Answers a poll of an operation. Returns `None` for another path.
pub(super) fn poll(
    settings: &Settings,
    state: &mut State,
    now: Timestamp,
    request: &Request,
) -> Option<Response> {
    let segments = request.segments();
    let [.., word, id] = segments.as_slice() else {
        return None;
    };
    let word = word.to_lowercase();
    let by_location = word.ends_with("operationresults");
    if !by_location && !word.ends_with("operationstatuses") {
        return None;
    }
    if let Some(operation) = state.operations.get_mut(id)
        && let Some((left, error)) = operation.fails.take()
        && operation.is_running()
    {
        match left.checked_sub(1) {
            None | Some(0) => finish(state, id, now, Err(error)),
            Some(left) => operation.fails = Some((left, error)),
        }
    }
    let Some(operation) = state.operations.get(id) else {
        let message = format!("The operation '{id}' was not found.");
        return Some(Refusal::missing("OperationNotFound", message).response());
    };
    let waiting = operation.is_running();
    let retry_after = settings.retry_after.to_string();
    if !by_location {
        let answer = Response::json(200, operation.document(request.url.path()));
        return Some(if waiting {
            answer.with_header("Retry-After", retry_after)
        } else {
            answer
        });
    }
    Some(match &operation.outcome {
        None => Response::empty(202)
            .with_header("Location", request.url.to_string())
            .with_header("Retry-After", retry_after),
        Some(Err(error)) => error.response(),
        Some(Ok(())) => result_of(settings, state, operation),
    })
}

/// The result of a successful operation at its `Location`.
fn result_of(settings: &Settings, state: &State, operation: &Operation) -> Response {
    let target = &operation.target;
    let preview = state.previews.get(target);
    match (operation.act, state.resources.get(target), preview) {
        (Act::Put, Some(resource), _) => Response::json(200, show(settings, state, resource)),
        (Act::Preview, _, Some(preview)) => {
            Response::json(200, show_preview(settings, state, preview))
        }
        (Act::Look, ..) => Response::json(200, operation.finding.clone().unwrap_or_default()),
        (Act::DeleteGroup | Act::Restart | Act::Failover | Act::Start | Act::Stop, ..) => {
            Response::empty(200)
        }
        _ => Response::empty(204),
    }
}
