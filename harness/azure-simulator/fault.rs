//! What goes wrong, and when.

use serde_json::json;

use super::circumstances::Circumstances;
use super::kind;
use super::message::{Body, Response};
use super::refusal::Refusal;
use super::registry::failure::failure;

/// Faults to come, in order: the first that matches a request and is not used up strikes. And what
/// the subscription is like in which they do.
#[derive(Debug, Clone, Default)]
pub struct Script {
    faults: Vec<Fault>,
    circumstances: Circumstances,
}

/// Something that goes wrong.
#[derive(Debug, Clone)]
pub struct Fault {
    method: Option<String>,
    path: String,
    skip: u32,
    times: u32,
    what: What,
}

/// What goes wrong.
#[derive(Debug, Clone)]
pub enum What {
    /// 429 with `Retry-After` in seconds.
    Throttled {
        /// What `Retry-After` says.
        retry_after: u32,
    },
    /// A status of the 500s without an envelope.
    Status(u16),
    /// The connection breaks in the middle of the answer; what was asked is done.
    Reset,
    /// The request is refused.
    Refused(Refusal),
    /// The operation that the request begins fails when it has been looked at so many times;
    /// within a stack, at once.
    FailsAfter {
        /// Looks until it fails.
        polls: u32,
        /// Why.
        error: Refusal,
    },
    /// A stack does not get rid of the resource.
    NotDeleted,
}

impl What {
    /// Another operation is at work.
    pub fn another_operation() -> Self {
        let message = "Another operation is in progress on the resource. Please try again later.";
        Self::Refused(Refusal::conflict("AnotherOperationInProgress", message))
    }

    /// A principal that the directory has not heard of yet.
    pub fn principal_not_found() -> Self {
        let message = "Principal does not exist in the directory. If you are creating this principal and then immediately assigning a role, this error might be related to a replication delay.";
        Self::Refused(Refusal::bad("PrincipalNotFound", message))
    }

    /// A size that the region has for others only.
    pub fn sku_not_available(size: &str, region: &str) -> Self {
        Self::Refused(kind::size_not_allowed(size, region, &["Standard_B2s"]))
    }

    /// Somebody else has taken the vCPUs that were left.
    pub fn quota_exceeded(region: &str) -> Self {
        Self::Refused(kind::no_regional_quota(region, 2, 4))
    }

    /// A right that the client lacks.
    pub fn authorization_failed(action: &str) -> Self {
        let message = format!(
            "The client does not have authorization to perform action '{action}' or the scope is invalid. If access was recently granted, please refresh your credentials."
        );
        Self::Refused(Refusal::new(403, "AuthorizationFailed", message))
    }

    /// A role at a registry that is not known yet.
    pub fn registry_denied() -> Self {
        let message = "requested access to the resource is denied";
        Self::Refused(Refusal::new(403, "DENIED", message))
    }

    /// A registry that does not talk to the client's address.
    pub fn registry_firewall() -> Self {
        let message = "client with IP '203.0.113.7' is not allowed access. Refer https://aka.ms/acr/firewall to grant access.";
        Self::Refused(Refusal::new(403, "DENIED", message))
    }

    /// A database server that is at work.
    pub fn server_is_busy() -> Self {
        let message = "Cannot complete operation because the server is busy processing another operation. Please try again later.";
        Self::Refused(Refusal::conflict("ServerIsBusy", message))
    }
}

impl Fault {
    /// A fault that strikes once, at the first request whose path contains a text, in any case.
    /// Requests that a stack makes on its own count as well.
    pub fn at(path: &str, what: What) -> Self {
        Self {
            method: None,
            path: path.to_lowercase(),
            skip: 0,
            times: 1,
            what,
        }
    }

    /// The same for one method only.
    #[must_use]
    pub fn method(mut self, method: &str) -> Self {
        self.method = Some(method.to_uppercase());
        self
    }

    /// The same after so many matching requests have gone well.
    #[must_use]
    pub fn after(mut self, requests: u32) -> Self {
        self.skip = requests;
        self
    }

    /// The same so many times in a row.
    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        self.times = times;
        self
    }

    fn matches(&self, method: &str, path: &str) -> bool {
        let path = path.to_lowercase();
        let path_fits = match self.path.strip_suffix('$') {
            Some(end) => path.ends_with(end),
            None => path.contains(&self.path),
        };
        self.times > 0 && path_fits && self.method.as_ref().is_none_or(|one| one == method)
    }

    /// What it does to a request from outside.
    fn effect(&self, path: &str) -> Effect {
        let refused = |refusal: &Refusal| {
            if is_registry(path) {
                failure(refusal.status, &refusal.code, &refusal.message)
            } else {
                refusal.response()
            }
        };
        match &self.what {
            // The directory says it in plain text.
            What::Throttled { retry_after } if is_directory(path) => {
                let answer = Response {
                    body: Body::Bytes(b"Too Many Requests".to_vec()),
                    ..Response::empty(429)
                };
                let answer = answer.with_header("Content-Type", "text/plain");
                Effect::Answer(answer.with_header("Retry-After", retry_after.to_string()))
            }
            What::Throttled { retry_after } => {
                let message = "Number of requests for subscription and operation exceeded the limit. Please try again later.";
                let code = if is_registry(path) {
                    "TOOMANYREQUESTS"
                } else {
                    "SubscriptionRequestsThrottled"
                };
                let answer = refused(&Refusal::new(429, code, message));
                Effect::Answer(answer.with_header("Retry-After", retry_after.to_string()))
            }
            What::Status(status) => {
                let body = json!({"error": {"code": "InternalServerError", "message": "The service is unavailable now."}});
                Effect::Answer(Response::json(*status, body))
            }
            What::Reset => Effect::Cut,
            What::Refused(refusal) => Effect::Answer(refused(refusal)),
            What::FailsAfter { .. } | What::NotDeleted => Effect::Later,
        }
    }
}

/// Whether a path is one of a registry, which has an envelope of its own.
fn is_registry(path: &str) -> bool {
    path.starts_with("/v2/") || path.starts_with("/oauth2/")
}

/// Whether a path is the directory's.
fn is_directory(path: &str) -> bool {
    path.to_lowercase().ends_with("/oauth2/v2.0/token")
}

/// What a fault does to a request.
#[derive(Debug)]
pub(super) enum Effect {
    Answer(Response),
    Cut,
    /// It concerns what the request begins.
    Later,
}

impl Script {
    /// Faults in order.
    pub fn new(faults: Vec<Fault>) -> Self {
        Self {
            faults,
            circumstances: Circumstances::default(),
        }
    }

    /// The same in a subscription of another kind.
    #[must_use]
    pub fn under(mut self, circumstances: Circumstances) -> Self {
        self.circumstances = circumstances;
        self
    }

    /// What the subscription is like.
    pub(super) fn circumstances(&self) -> &Circumstances {
        &self.circumstances
    }

    /// One more fault, for what comes.
    pub fn push(&mut self, fault: Fault) {
        self.faults.push(fault);
    }

    /// The fault that strikes a request from outside. Those that concern what a request begins are
    /// left for [`begins`](Self::begins).
    pub(super) fn strike(&mut self, method: &str, path: &str) -> Option<Effect> {
        let now = |what: &What| !matches!(what, What::FailsAfter { .. } | What::NotDeleted);
        let fault = self.next(method, path, now)?;
        Some(fault.effect(path))
    }

    /// The fault of an operation that a request, or a stack, begins.
    pub(super) fn begins(&mut self, method: &str, path: &str) -> Option<(u32, Refusal)> {
        let later = |what: &What| matches!(what, What::FailsAfter { .. });
        match &self.next(method, path, later)?.what {
            What::FailsAfter { polls, error } => Some((*polls, error.clone())),
            _ => None,
        }
    }

    /// Why a stack's own request is refused. What a client would try again, the stack does as well.
    pub(super) fn refuses(&mut self, method: &str, path: &str) -> Option<Refusal> {
        let refused = |what: &What| matches!(what, What::Refused(_));
        match &self.next(method, path, refused)?.what {
            What::Refused(refusal) => Some(refusal.clone()),
            _ => None,
        }
    }

    /// Whether a stack does not get rid of a resource.
    pub(super) fn keeps(&mut self, path: &str) -> bool {
        let kept = |what: &What| matches!(what, What::NotDeleted);
        self.next("DELETE", path, kept).is_some()
    }

    fn next(&mut self, method: &str, path: &str, of: impl Fn(&What) -> bool) -> Option<&Fault> {
        let mut fitting = self.faults.iter_mut().filter(|fault| of(&fault.what));
        let fault = fitting.find(|fault| fault.matches(method, path))?;
        if fault.skip > 0 {
            fault.skip -= 1;
            return None;
        }
        fault.times -= 1;
        Some(fault)
    }
}
