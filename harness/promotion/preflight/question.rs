//! Requests to Azure that may remain without an answer.

use azure::arm;

/// The error codes of providers if the subscription is not registered for them, or has never used
/// them in the region. The subscription itself exists: it was read before.
const UNREGISTERED: [&str; 5] = [
    "MissingSubscriptionRegistration",
    "SubscriptionNotRegistered",
    "Subscription Not Registered",
    "SubscriptionHasNoUsages",
    "SubscriptionNotFound",
];

/// An answer, or the reason why there is none.
pub(super) type Answer<T> = Result<T, String>;

/// Sends a request, unless `skip_reason` is given. It is no error if Azure refuses to answer
/// because of the caller's rights or of the subscription's registrations: a promotion may still
/// succeed.
pub(super) async fn ask<T>(
    skip_reason: Option<String>,
    question: impl Future<Output = Result<T, arm::Error>>,
) -> Result<Answer<T>, arm::Error> {
    if let Some(why) = skip_reason {
        return Ok(Err(why));
    }
    match question.await {
        Ok(answer) => Ok(Ok(answer)),
        Err(error) => unanswered(&error).map(Err).ok_or(error),
    }
}

/// Why there is no answer, if the error is only a refusal to answer.
fn unanswered(error: &arm::Error) -> Option<String> {
    let fault = error.detail()?;
    if error.status() == Some(403) {
        let action = fault.message.split_once("perform action '");
        let action = action.and_then(|(_, rest)| rest.split_once('\''));
        return Some(match action {
            Some((action, _)) => format!("unknown: these credentials lack {action}"),
            None => format!("unknown: {fault}"),
        });
    }
    unregistered(error)
}

/// Why there is no answer, if the subscription is not registered for the provider.
pub(crate) fn unregistered(error: &arm::Error) -> Option<String> {
    let fault = error.detail()?;
    let mut codes = UNREGISTERED.iter();
    codes.any(|code| fault.has_code(code)).then(|| {
        let named = fault.message.split_once("use namespace '");
        let named = named.and_then(|(_, rest)| rest.split_once('\''));
        match named {
            Some((namespace, _)) => format!("unknown until {namespace} is registered"),
            None => format!("unknown: {fault}"),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(status: u16, code: &str, message: &str) -> arm::Error {
        arm::Error::Refused {
            act: "GET /x".to_owned(),
            status,
            request_id: None,
            detail: Box::new(arm::ErrorDetail {
                code: code.to_owned(),
                message: message.to_owned(),
                ..arm::ErrorDetail::default()
            }),
        }
    }

    #[tokio::test]
    async fn a_refusal_to_answer_means_unknown_and_every_other_error_is_returned() {
        let action = "The client 'c' does not have authorization to perform action \
                      'Microsoft.Compute/skus/read' over scope '/subscriptions/s'";
        let unknown = [
            (403, "AuthorizationFailed", action),
            (403, "Forbidden", "no"),
            (409, "MissingSubscriptionRegistration", "no"),
            (
                409,
                "MissingSubscriptionRegistration",
                "The subscription is not registered to use namespace 'Microsoft.Network'. See more.",
            ),
            (409, "SubscriptionNotRegistered", "no"),
            (404, "Subscription Not Registered", "no"),
            (
                409,
                "SubscriptionHasNoUsages",
                "Subscription s has no usages.",
            ),
            (404, "SubscriptionNotFound", "Subscription s was not found."),
        ];
        let mut reasons = Vec::new();
        for (status, code, message) in unknown {
            let question = async { Err::<(), _>(refused(status, code, message)) };
            let answer = ask(None, question).await.expect("it is no error");
            reasons.push(answer.expect_err("there is no answer"));
        }
        insta::assert_snapshot!(reasons.join("\n"), @"
        unknown: these credentials lack Microsoft.Compute/skus/read
        unknown: Forbidden: no
        unknown: MissingSubscriptionRegistration: no
        unknown until Microsoft.Network is registered
        unknown: SubscriptionNotRegistered: no
        unknown: Subscription Not Registered: no
        unknown: SubscriptionHasNoUsages: Subscription s has no usages.
        unknown: SubscriptionNotFound: Subscription s was not found.
        ");
        for (status, code) in [
            (401, "ExpiredAuthenticationToken"),
            (404, "ResourceNotFound"),
            (429, "TooManyRequests"),
            (400, "NoRegisteredProviderFound"),
            (500, ""),
        ] {
            let question = async { Err::<(), _>(refused(status, code, "no")) };
            ask(None, question).await.expect_err(code);
        }
    }

    #[tokio::test]
    async fn a_request_with_a_skip_reason_is_not_sent() {
        let question = async { panic!("it is sent") };
        let answer: Answer<()> = ask(Some("why".to_owned()), question)
            .await
            .expect("no error");
        assert_eq!(answer, Err("why".to_owned()));
    }
}
