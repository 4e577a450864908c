//! What goes by itself, and how long it is worth waiting for.

use std::time::Duration;

use super::Fault;

/// How long it is waited for a role, or an identity, to be known where it has to be. Microsoft
/// promises nothing: texts say five to ten minutes, and at most half an hour
/// (<https://learn.microsoft.com/en-us/answers/questions/524792/>); in the field four minutes have
/// been seen (<https://github.com/openshift/cloud-credential-operator/pull/591>), and more than five
/// (<https://github.com/microsoft/CromwellOnAzure/issues/98>).
pub const ARRIVAL: Duration = Duration::from_mins(10);

/// How long it is waited for what takes minutes: for a role, and for another operation. An update of
/// a cluster takes some minutes (<https://learn.microsoft.com/azure/aks/upgrade-cluster>).
const LONG: Duration = ARRIVAL;

/// The longest time between two looks.
const BETWEEN: Duration = Duration::from_mins(1);

/// Something that goes by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Passing {
    /// It is busy with another change.
    Busy,
    /// Another operation is under way on it, as on a cluster, where that takes minutes.
    Operation,
    /// A role, or an identity, is not known everywhere yet.
    Arrival,
}

impl Passing {
    /// The waits before each repetition; after the last of them it is no longer passing.
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

impl Fault {
    /// Whether it goes by itself, and why.
    pub fn passing(&self) -> Option<Passing> {
        const BUSY: [&str; 3] = [
            "ServerIsBusy",
            "ServerBusy",
            "RetryableErrorDueToAnotherOperation",
        ];
        const OPERATION: [&str; 2] = ["AnotherOperationInProgress", "OperationInProgress"];
        let has = |codes: &[&str]| codes.iter().any(|code| self.has_code(code));
        if self.is_arrival() {
            Some(Passing::Arrival)
        } else if has(&OPERATION) || self.is_in_progress() {
            Some(Passing::Operation)
        } else if has(&BUSY) {
            Some(Passing::Busy)
        } else {
            None
        }
    }

    /// Whether it says in words alone that something else is under way, as AKS does
    /// (<https://learn.microsoft.com/troubleshoot/azure/azure-kubernetes/create-upgrade-delete/operationnotallowed>).
    fn is_in_progress(&self) -> bool {
        let said = |one: &&Self| {
            let message = one.message.to_lowercase();
            let code = one.code.to_lowercase();
            ["operationnotallowed", "conflict"].contains(&code.as_str())
                && message.contains("in progress")
                // "Another operation", and of pools "Another agentpool operation".
                && message
                    .split_once("another ")
                    .is_some_and(|(_, rest)| rest.contains("operation"))
        };
        self.all().iter().any(said)
    }

    /// Whether a role or an identity is not known everywhere yet. A right that the caller lacks is
    /// another matter: nobody is about to give it to him.
    fn is_arrival(&self) -> bool {
        // The check before a deployment tells the message of AKS without its code.
        const KUBELET: &str = "'Managed Identity Operator' role to assign kubelet identity";
        const ARRIVING: [&str; 2] = [
            "CustomKubeletIdentityMissingPermissionError",
            "PrincipalNotFound",
        ];
        // A control plane that may not join nodes to the network yet: AKS quotes the refusal.
        const JOINING: [&str; 2] = ["ReconcileVNetError", "CreateVMSSAgentPoolFailed"];
        const LACKING: [&str; 2] = ["AuthorizationFailed", "LinkedAuthorizationFailed"];
        let has = |codes: &[&str]| codes.iter().any(|code| self.has_code(code));
        has(&ARRIVING)
            || has(&JOINING) && has(&LACKING)
            || self.all().iter().any(|one| one.message.contains(KUBELET))
    }
}
