//! What is done once everything was removed: nothing of this profile is left, or it is named.

use backend::Backend as _;
use base::causes::in_one_line;

use super::backend::AzureBackend;
use super::group::{Found, is_made};

impl AzureBackend {
    /// Names what is left; on this machine it is ended.
    pub(super) async fn sweep_all(&self) -> Vec<String> {
        let mut left = match &self.ground {
            Some(ground) => ground.sweep().await,
            None => Vec::new(),
        };
        match self.find_group().await {
            Ok(Found::Absent) => {}
            Ok(Found::Ours(group)) if is_made(&group) => left.push(group.id.to_string()),
            // The group is not ours to delete, and what is in the stack is.
            Ok(Found::Ours(_)) => match self.find_stack().await {
                Ok(stack) => left.extend(stack.map(|stack| stack.id.to_string())),
                Err(error) => left.push(format!("what may be in Azure: {}", in_one_line(&error))),
            },
            Err(error) => left.push(format!("what may be in Azure: {}", in_one_line(&error))),
        }
        if left.is_empty()
            && let Err(error) = database::forget_secrets(&self.state)
        {
            left.push(in_one_line(&error));
        }
        left
    }
}
