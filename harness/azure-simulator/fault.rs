//! Faults, and when they occur.

use serde_json::json;

use super::circumstances::Circumstances;
use super::kind;
use super::message::{Body, Response};
use super::refusal::Refusal;
use super::registry::failure::failure;

/// Faults in order, and the properties of the subscription. A request gets the first fault that
/// matches and is not used up.
#[derive(Debug, Clone, Default)]
pub struct Script {
    faults: Vec<Fault>,
    circumstances: Circumstances,
}

/// One fault, and the requests that it applies to.
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
    /// 429 with `Retry-After`.
    Throttled {
        /// `Retry-After` in seconds.
        retry_after: u32,
    },
    /// A 5xx status.
    Status(u16),
    /// The connection breaks in the middle of the response. The request has taken effect.
    Reset,
    /// The request is refused.
    Refused(Refusal),
    /// The operation that the request starts fails after this number of polls. Within a stack it
    /// fails at once.
    FailsAfter {
        /// Polls until it fails.
        polls: u32,
        error: Refusal,
    },
    /// A stack cannot delete the resource.
    NotDeleted,
}

impl What {
    /// Another operation is in progress.
    pub fn another_operation() -> Self {
        let message = "Another operation is in progress on the resource. Please try again later.";
        Self::Refused(Refusal::conflict("AnotherOperationInProgress", message))
    }

    /// The directory does not know the principal yet.
    pub fn principal_not_found() -> Self {
        let message = "Principal does not exist in the directory. If you are creating this principal and then immediately assigning a role, this error might be related to a replication delay.";
        Self::Refused(Refusal::bad("PrincipalNotFound", message))
    }

    /// The VM size is not available to the subscription in the region.
    pub fn sku_not_available(size: &str, region: &str) -> Self {
        Self::Refused(kind::size_not_allowed(size, region, &["Standard_B2s"]))
    }

    /// Somebody else has used the rest of the region's vCPU quota.
    pub fn quota_exceeded(region: &str) -> Self {
        Self::Refused(kind::no_regional_quota(region, 2, 4))
    }

    /// The client lacks a right.
    pub fn authorization_failed(action: &str) -> Self {
        let message = format!(
            "The client does not have authorization to perform action '{action}' or the scope is invalid. If access was recently granted, please refresh your credentials."
        );
        Self::Refused(Refusal::new(403, "AuthorizationFailed", message))
    }

    /// The registry does not know the client's role yet.
    pub fn registry_denied() -> Self {
        let message = "requested access to the resource is denied";
        Self::Refused(Refusal::new(403, "DENIED", message))
    }

    /// The registry's firewall blocks the client's address.
    pub fn registry_firewall() -> Self {
        let message = "client with IP '203.0.113.7' is not allowed access. Refer https://aka.ms/acr/firewall to grant access.";
        Self::Refused(Refusal::new(403, "DENIED", message))
    }

    /// The database server is busy.
    pub fn server_is_busy() -> Self {
        let message = "Cannot complete operation because the server is busy processing another operation. Please try again later.";
        Self::Refused(Refusal::conflict("ServerIsBusy", message))
    }
}

impl Fault {
    /// A fault that occurs once, at the first request whose path contains `path`, ignoring case. A
    /// trailing `$` matches the end of the path. Requests that a stack makes count as well.
    pub fn at(path: &str, what: What) -> Self {
        Self {
            method: None,
            path: path.to_lowercase(),
            skip: 0,
            times: 1,
            what,
        }
    }

    /// Limits the fault to one method.
    #[must_use]
    pub fn method(mut self, method: &str) -> Self {
        self.method = Some(method.to_uppercase());
        self
    }

    /// The fault occurs after this number of matching requests have succeeded.
    #[must_use]
    pub fn after(mut self, requests: u32) -> Self {
        self.skip = requests;
        self
    }

    /// The fault occurs this number of times in a row.
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

    /// The effect of the fault on a client's request.
    fn effect(&self, path: &str) -> Effect {
        let refused = |refusal: &Refusal| {
            if is_registry(path) {
                failure(refusal.status, &refusal.code, &refusal.message)
            } else {
                refusal.response()
            }
        };
        match &self.what {
            // The directory answers in plain text.
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

/// Whether the path belongs to a registry, which has its own error format.
fn is_registry(path: &str) -> bool {
    path.starts_with("/v2/") || path.starts_with("/oauth2/")
}

/// Whether the path belongs to the directory.
fn is_directory(path: &str) -> bool {
    path.to_lowercase().ends_with("/oauth2/v2.0/token")
}

/// The effect of a fault on a request.
#[derive(Debug)]
pub(super) enum Effect {
    Answer(Response),
    Cut,
    /// The fault concerns the operation that the request starts.
    Later,
}

impl Script {
    /// Faults in order, in a regular subscription.
    pub fn new(faults: Vec<Fault>) -> Self {
        Self {
            faults,
            circumstances: Circumstances::default(),
        }
    }

    /// Sets the properties of the subscription.
    #[must_use]
    pub fn under(mut self, circumstances: Circumstances) -> Self {
        self.circumstances = circumstances;
        self
    }

    pub(super) fn circumstances(&self) -> &Circumstances {
        &self.circumstances
    }

    /// Adds a fault for later requests.
    pub fn push(&mut self, fault: Fault) {
        self.faults.push(fault);
    }

    /// The fault that a client's request gets. Faults of operations are left for
    /// [`operation_fault`](Self::operation_fault).
    pub(super) fn request_effect(&mut self, method: &str, path: &str) -> Option<Effect> {
        let now = |what: &What| !matches!(what, What::FailsAfter { .. } | What::NotDeleted);
        let fault = self.next(method, path, now)?;
        Some(fault.effect(path))
    }

    /// The fault of the operation that a request or a stack starts: the number of polls, and the
    /// error.
    pub(super) fn operation_fault(&mut self, method: &str, path: &str) -> Option<(u32, Refusal)> {
        let later = |what: &What| matches!(what, What::FailsAfter { .. });
        match &self.next(method, path, later)?.what {
            What::FailsAfter { polls, error } => Some((*polls, error.clone())),
            _ => None,
        }
    }

    /// The refusal that a stack's own request gets. Like a client, a stack retries after throttling,
    /// server errors and broken connections, so these faults are left out.
    pub(super) fn stack_refusal(&mut self, method: &str, path: &str) -> Option<Refusal> {
        let refused = |what: &What| matches!(what, What::Refused(_));
        match &self.next(method, path, refused)?.what {
            What::Refused(refusal) => Some(refusal.clone()),
            _ => None,
        }
    }

    /// Whether a stack cannot delete the resource.
    pub(super) fn blocks_deletion(&mut self, path: &str) -> bool {
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
