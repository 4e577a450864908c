//! What is done once everything was removed: nothing of this profile is left, or it is named.

use backend::Backend as _;
use base::causes::in_one_line;

use super::group::is_made;
use super::stack::Stack;

/// Names what is left; on this machine it is ended.
pub(super) async fn sweep(stack: &Stack) -> Vec<String> {
    let site = &stack.site;
    let mut left = match &site.ground {
        Some(ground) => ground.place.sweep().await,
        None => Vec::new(),
    };
    match stack.find_group().await {
        Ok(None) => {}
        Ok(Some((group, _))) if is_made(&group) => left.push(group.id.to_string()),
        // The group is not ours to delete, and what is in the stack is.
        Ok(Some((_, stack))) => left.extend(stack.map(|stack| stack.id.to_string())),
        Err(error) => left.push(format!("what may be in Azure: {}", in_one_line(&error))),
    }
    if left.is_empty()
        && let Err(error) = database::forget_secrets(&site.state)
    {
        left.push(in_one_line(&error));
    }
    left
}
