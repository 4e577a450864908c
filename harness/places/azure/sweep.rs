//! The last step of a removal: checks that nothing of this profile remains.

use backend::Backend as _;
use base::causes::in_one_line;

use super::group::is_made;
use super::stack::Stack;

/// Ends what remains on this machine, and returns the names of everything that remains.
pub(super) async fn sweep(stack: &Stack) -> Vec<String> {
    let site = &stack.site;
    let mut left = match &site.stand_in {
        Some(stand_in) => stand_in.place.sweep().await,
        None => Vec::new(),
    };
    match stack.find_group().await {
        Ok(None) => {}
        Ok(Some((group, _))) if is_made(&group) => left.push(group.id.to_string()),
        // The group is not ours to delete, but the stack is.
        Ok(Some((_, stack))) => left.extend(stack.map(|stack| stack.id.to_string())),
        Err(error) => left.push(format!(
            "possibly resources in Azure: {}",
            in_one_line(&error)
        )),
    }
    if left.is_empty()
        && let Err(error) = database::forget_secrets(&site.state)
    {
        left.push(in_one_line(&error));
    }
    left
}
