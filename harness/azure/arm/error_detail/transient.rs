//! Errors that resolve on their own, and how long to wait for that.

use std::time::Duration;

use super::ErrorDetail;

/// How long to wait for a new role assignment or identity to propagate. Microsoft promises no time:
/// its texts say five to ten minutes, and at most half an hour
/// (<https://learn.microsoft.com/en-us/answers/questions/524792/>). Users have seen four minutes
/// (<https://github.com/openshift/cloud-credential-operator/pull/591>) and more than five
/// (<https://github.com/microsoft/CromwellOnAzure/issues/98>).
pub const PROPAGATION_TIME: Duration = Duration::from_mins(10);

/// How long to wait for what takes minutes: a propagating role, or another operation. An update of
/// a cluster takes some minutes (<https://learn.microsoft.com/azure/aks/upgrade-cluster>).
const LONG: Duration = PROPAGATION_TIME;

/// The longest wait between two attempts.
const BETWEEN: Duration = Duration::from_mins(1);

/// A condition that ends on its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transient {
    /// The resource is busy with another change. It takes seconds.
    Busy,
    /// Another operation runs on the resource, such as a cluster. It takes minutes.
    OperationInProgress,
    /// A new role assignment or identity has not propagated yet.
    Propagation,
}

impl Transient {
    /// The waits before each attempt. After the last attempt, the error counts as permanent.
    pub fn waits(self) -> Vec<Duration> {
        if self == Self::Busy {
            return [5, 20].map(Duration::from_secs).to_vec();
        }
        let mut waits = Vec::new();
        let (mut next, mut left) = (Duration::from_secs(10), LONG);
        while !left.is_zero() {
            let wait = next.min(left);
            waits.push(wait);
            left -= wait;
            next = (next * 2).min(BETWEEN);
        }
        waits
    }
}

impl ErrorDetail {
    /// The condition behind the error, if it ends on its own.
    pub fn transient(&self) -> Option<Transient> {
        const BUSY: [&str; 3] = [
            "ServerIsBusy",
            "ServerBusy",
            "RetryableErrorDueToAnotherOperation",
        ];
        const OPERATION: [&str; 2] = ["AnotherOperationInProgress", "OperationInProgress"];
        let has = |codes: &[&str]| codes.iter().any(|code| self.has_code(code));
        if self.is_propagating() {
            Some(Transient::Propagation)
        } else if has(&OPERATION) || self.is_in_progress() {
            Some(Transient::OperationInProgress)
        } else if has(&BUSY) {
            Some(Transient::Busy)
        } else {
            None
        }
    }

    /// Whether its message says that another operation runs. AKS has no error code for this
    /// (<https://learn.microsoft.com/troubleshoot/azure/azure-kubernetes/create-upgrade-delete/operationnotallowed>).
    fn is_in_progress(&self) -> bool {
        let is_busy = |one: &&Self| {
            let message = one.message.to_lowercase();
            let code = one.code.to_lowercase();
            ["operationnotallowed", "conflict"].contains(&code.as_str())
                && message.contains("in progress")
                // "Another operation" for clusters, "Another agentpool operation" for node pools.
                && message
                    .split_once("another ")
                    .is_some_and(|(_, rest)| rest.contains("operation"))
        };
        self.all().iter().any(is_busy)
    }

    /// Whether a role assignment or identity has not propagated yet. A right that the caller lacks
    /// does not count: no wait provides it.
    fn is_propagating(&self) -> bool {
        // The preflight check of a deployment passes on the message of AKS without its code.
        const KUBELET: &str = "'Managed Identity Operator' role to assign kubelet identity";
        const PROPAGATING: [&str; 2] = [
            "CustomKubeletIdentityMissingPermissionError",
            "PrincipalNotFound",
        ];
        // The control plane may not join nodes to the network yet. AKS quotes the refusal.
        const JOINING: [&str; 2] = ["ReconcileVNetError", "CreateVMSSAgentPoolFailed"];
        const LACKING: [&str; 2] = ["AuthorizationFailed", "LinkedAuthorizationFailed"];
        let has = |codes: &[&str]| codes.iter().any(|code| self.has_code(code));
        has(&PROPAGATING)
            || has(&JOINING) && has(&LACKING)
            || self.all().iter().any(|one| one.message.contains(KUBELET))
    }
}
