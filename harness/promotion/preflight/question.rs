//! Questions to Azure that need not have an answer.

use azure::arm;

/// What providers say to a subscription that is not registered for them, or that has never used
/// them in the region. The subscription itself was found before anything is asked.
const UNREGISTERED: [&str; 5] = [
    "MissingSubscriptionRegistration",
    "SubscriptionNotRegistered",
    "Subscription Not Registered",
    "SubscriptionHasNoUsages",
    "SubscriptionNotFound",
];

/// An answer, or why there is none.
pub(super) type Answer<T> = Result<T, String>;

/// Asks a question, unless it is known that there is no answer. What Azure does not answer because
/// of who asks, or in which subscription, is no error: a promotion may well succeed all the same.
pub(super) async fn ask<T>(
    hindrance: Option<String>,
    question: impl Future<Output = Result<T, arm::Error>>,
) -> Result<Answer<T>, arm::Error> {
    if let Some(why) = hindrance {
        return Ok(Err(why));
    }
    match question.await {
        Ok(answer) => Ok(Ok(answer)),
        Err(error) => unanswered(&error).map(Err).ok_or(error),
    }
}

/// Why there is no answer, if the error says no more than that.
fn unanswered(error: &arm::Error) -> Option<String> {
    let fault = error.fault()?;
    if error.status() == Some(403) {
        let action = fault.message.split_once("perform action '");
        let action = action.and_then(|(_, rest)| rest.split_once('\''));
        return Some(match action {
            Some((action, _)) => format!("not known: these credentials lack {action}"),
            None => format!("not known: {fault}"),
        });
    }
    unregistered(error)
}

/// Why there is no answer, if the subscription is not registered for what was asked of.
pub(crate) fn unregistered(error: &arm::Error) -> Option<String> {
    let fault = error.fault()?;
    let mut codes = UNREGISTERED.iter();
    codes.any(|code| fault.has_code(code)).then(|| {
        let named = fault.message.split_once("use namespace '");
        let named = named.and_then(|(_, rest)| rest.split_once('\''));
        match named {
            Some((namespace, _)) => format!("not known until {namespace} is registered"),
            None => format!("not known: {fault}"),
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
            fault: Box::new(arm::Fault {
                code: code.to_owned(),
                message: message.to_owned(),
                ..arm::Fault::default()
            }),
        }
    }

    #[tokio::test]
    async fn what_is_not_answered_because_of_who_asks_is_unknown_and_every_other_error_ends_it() {
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
        let mut told = Vec::new();
        for (status, code, message) in unknown {
            let question = async { Err::<(), _>(refused(status, code, message)) };
            let answer = ask(None, question).await.expect("it is no error");
            told.push(answer.expect_err("there is no answer"));
        }
        insta::assert_snapshot!(told.join("\n"), @"
        not known: these credentials lack Microsoft.Compute/skus/read
        not known: Forbidden: no
        not known: MissingSubscriptionRegistration: no
        not known until Microsoft.Network is registered
        not known: SubscriptionNotRegistered: no
        not known: Subscription Not Registered: no
        not known: SubscriptionHasNoUsages: Subscription s has no usages.
        not known: SubscriptionNotFound: Subscription s was not found.
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
    async fn what_cannot_be_answered_is_not_asked() {
        let question = async { panic!("it is asked") };
        let answer: Answer<()> = ask(Some("why".to_owned()), question)
            .await
            .expect("no error");
        assert_eq!(answer, Err("why".to_owned()));
    }
}
