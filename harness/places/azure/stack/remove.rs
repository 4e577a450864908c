//! Deletes the stack with all of its resources.

use azure::arm;
use model::plan::ResourceId;

use super::super::error::{Error, is_busy};
use super::super::group::Found;
use super::super::reporter::Reporter;
use super::super::scope;
use super::{Purpose, Stack};

impl Stack {
    /// Deletes the stack with all of its resources.
    pub(in super::super) async fn remove(
        &self,
        id: &ResourceId,
        reporter: &Reporter,
    ) -> Result<(), backend::Error> {
        let Found::Ours(_) = self.group.find().await? else {
            return Ok(());
        };
        let scope = self.site.scope().await?;
        self.until_at_rest(&scope, Purpose::Delete, reporter)
            .await?;
        let arm = self.site.arm().await?;
        let failed = || Error::azure("delete the resources of the stack");
        let (group, name) = (&scope.group, &scope.names.stack);
        let done = match arm.delete_stack(group, name, scope::UNMANAGE).await {
            Ok(begun) => reporter.finish(arm, begun, id).await,
            // The answer was lost and Azure is already deleting it, or another command was faster.
            Err(error) if is_busy(&error) => {
                self.until_at_rest(&scope, Purpose::Delete, reporter)
                    .await?;
                Err(error)
            }
            Err(error) => Err(error),
        };
        let left = self.find().await?;
        let remain: Vec<String> = left.iter().flat_map(remaining).collect();
        match (done, remain.is_empty()) {
            (_, false) => Err(Error::Remain { remain }.into()),
            (Err(error), true) if !is_busy(&error) => Err(failed()(error).into()),
            (_, true) => Ok(()),
        }
    }
}

/// The ids of the resources that remain of a deleted stack.
fn remaining(stack: &arm::Stack) -> Vec<String> {
    let failed: Vec<String> = stack
        .properties
        .not_deleted()
        .map(|it| it.id.to_string())
        .collect();
    if failed.is_empty() {
        vec![stack.id.to_string()]
    } else {
        failed
    }
}
