//! The deny settings of stacks.

use super::super::entra::object_of;
use super::super::id::ResourceId;
use super::super::refusal::Refusal;
use super::super::settings::Settings;
use super::super::state::State;
use super::model::Stack;

/// Refuses a client's change that the deny settings of a stack forbid.
pub(in super::super) fn check_deny_settings(
    settings: &Settings,
    state: &State,
    method: &str,
    id: &ResourceId,
) -> Result<(), Refusal> {
    let key = id.key();
    let client = object_of(settings);
    let denies = |stack: &&Stack| {
        let settings = &stack.wanted["denySettings"];
        let mode = settings["mode"].as_str().unwrap_or_default().to_lowercase();
        let excluded = settings["excludedPrincipals"]
            .as_array()
            .into_iter()
            .flatten();
        let covers = mode == "denywriteanddelete" || (mode == "denydelete" && method == "DELETE");
        covers
            && stack.managed.contains_key(&key)
            && !excluded.into_iter().any(|one| *one == client)
    };
    let Some(stack) = state.stacks.values().find(denies) else {
        return Ok(());
    };
    let action = if method == "DELETE" {
        "delete"
    } else {
        "write"
    };
    let message = format!(
        "The client '{}' has permission to perform action '{}/{action}' on scope '{id}'; however, the access is denied because of the deny assignment created by Deployment Stack {}.",
        settings.client,
        id.kind().unwrap_or_default(),
        stack.id
    );
    Err(Refusal::new(
        403,
        "DenyAssignmentAuthorizationFailed",
        message,
    ))
}
