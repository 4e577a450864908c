//! Which credentials are found, and the errors when they are missing or refused.

use std::ffi::OsStr;
use std::io;
use std::process::{ExitStatus, Output};
use std::sync::{Arc, Mutex};

use azure_identity::Executor;
use base::tool::Environment;
use serde_json::json;

use super::{Reply, Server};
use crate::arm::{Credential, Endpoints, Error, Kind};

const SCOPE: &str = "https://management.azure.com/.default";

fn environment(variables: &[(&str, &str)]) -> Environment {
    let set = |all: Environment, (name, value): &(&str, &str)| all.with(name, *value);
    variables.iter().fold(Environment::default(), set)
}

fn kind(variables: &[(&str, &str)]) -> Kind {
    let found = Credential::detect(&environment(variables), &Endpoints::public(), None);
    found.expect("found").kind()
}

#[test]
fn the_environment_decides_which_credentials_are_used() {
    let tenant = ("AZURE_TENANT_ID", "t");
    let client = ("AZURE_CLIENT_ID", "c");
    let secret = ("AZURE_CLIENT_SECRET", "s");
    let token = tempfile::NamedTempFile::new().expect("a file");
    let path = token.path().to_str().expect("text");
    let file = ("AZURE_FEDERATED_TOKEN_FILE", path);
    assert_eq!(kind(&[tenant, client, secret, file]), Kind::ClientSecret);
    assert_eq!(kind(&[tenant, client, file]), Kind::WorkloadIdentity);
    assert_eq!(kind(&[tenant, client]), Kind::DeveloperTools);
    assert_eq!(
        kind(&[tenant, ("AZURE_CLIENT_SECRET", "")]),
        Kind::DeveloperTools
    );
    assert_eq!(
        kind(&[
            client,
            secret,
            ("AZURE_TOKEN_CREDENTIALS", "managedidentitycredential")
        ]),
        Kind::ManagedIdentity
    );
}

#[test]
fn a_secret_without_its_client_is_an_error_that_hides_the_secret() {
    let variables = environment(&[("AZURE_TENANT_ID", "t"), ("AZURE_CLIENT_SECRET", "hunter2")]);
    let found = Credential::detect(&variables, &Endpoints::public(), None);
    let error = found.expect_err("incomplete");
    insta::assert_snapshot!(error, @"could not log in to Azure with the service principal of AZURE_CLIENT_ID and its secret");
    insta::assert_snapshot!(base::hint::join(&error.hints(), "\n"), @"Set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET to those of a service principal whose secret has not expired.");
    assert!(!format!("{error:?}").contains("hunter2"));
}

#[tokio::test]
async fn a_service_principal_logs_in_at_the_authority_and_again_after_a_renewal() {
    let token = |token: &str| {
        Reply::new(200).json(json!({
            "token_type": "Bearer", "expires_in": 3600, "access_token": token
        }))
    };
    let server = Server::start([token("a"), token("b")]).await;
    let variables = environment(&[
        ("AZURE_TENANT_ID", "tenant"),
        ("AZURE_CLIENT_ID", "c"),
        ("AZURE_CLIENT_SECRET", "s"),
    ]);
    let credential = Credential::detect(&variables, &server.endpoints(), None);
    let credential = credential.expect("complete");
    for expected in ["a", "a"] {
        let token = credential.token(SCOPE).await.expect("a token");
        assert_eq!(token.reveal(), expected);
    }
    credential.renew().expect("renewed");
    assert_eq!(
        credential.token(SCOPE).await.expect("a token").reveal(),
        "b"
    );
    assert_eq!(
        server.lines(),
        ["POST /tenant/oauth2/v2.0/token"; 2].join("\n")
    );
}

#[tokio::test]
async fn a_secret_that_entra_refuses_is_an_error_with_a_remedy() {
    let refused = json!({"error": "invalid_client", "error_codes": [7_000_222],
        "error_description": "AADSTS7000222: The provided client secret keys are expired."});
    let server = Server::start([Reply::new(401).json(refused)]).await;
    let variables = environment(&[
        ("AZURE_TENANT_ID", "tenant"),
        ("AZURE_CLIENT_ID", "c"),
        ("AZURE_CLIENT_SECRET", "hunter2"),
    ]);
    let credential = Credential::detect(&variables, &server.endpoints(), None);
    let error = credential
        .expect("complete")
        .token(SCOPE)
        .await
        .expect_err("refused");
    let source = std::error::Error::source(&error)
        .expect("Entra's")
        .to_string();
    assert!(source.contains("AADSTS7000222"), "{source}");
    assert!(!format!("{error:?}").contains("hunter2"));
}

/// Stands in for the shell that runs `az` and `azd`.
#[derive(Debug)]
struct Shell {
    answers: fn(&str) -> Option<&'static str>,
    ran: Mutex<Vec<String>>,
}

#[async_trait::async_trait]
impl Executor for Shell {
    async fn run(&self, _program: &OsStr, arguments: &[&OsStr]) -> io::Result<Output> {
        use std::os::unix::process::ExitStatusExt as _;

        let command = arguments.last().map(|it| it.to_string_lossy().into_owned());
        let command = command.unwrap_or_default();
        let answer = (self.answers)(&command);
        self.ran.lock().expect("unpoisoned").push(command);
        Ok(Output {
            status: ExitStatus::from_raw(if answer.is_some() { 0 } else { 127 << 8 }),
            stdout: answer.unwrap_or_default().into(),
            stderr: if answer.is_some() {
                Vec::new()
            } else {
                b"az: not found".to_vec()
            },
        })
    }
}

async fn log_in(answers: fn(&str) -> Option<&'static str>) -> (Result<String, Error>, Vec<String>) {
    let shell = Arc::new(Shell {
        answers,
        ran: Mutex::default(),
    });
    let credential = Credential::detect_with(
        &environment(&[]),
        &Endpoints::public(),
        Some("sub-1"),
        Some(Arc::clone(&shell) as _),
    );
    let credential = credential.expect("made");
    let first = credential.token(SCOPE).await;
    let again = credential.token(SCOPE).await;
    assert_eq!(first.is_ok(), again.is_ok());
    let ran = shell.ran.lock().expect("unpoisoned").clone();
    (first.map(|token| token.reveal().to_owned()), ran)
}

#[tokio::test]
async fn az_is_called_with_the_subscription() {
    let (token, ran) = log_in(|command| {
        let answer =
            r#"{"accessToken": "from-az", "expires_on": 4102444800, "tokenType": "Bearer"}"#;
        command.contains(" az ").then_some(answer)
    })
    .await;
    assert_eq!(token.expect("logged in"), "from-az");
    assert!(
        ran.iter().all(|it| it.contains("--subscription \"sub-1\"")),
        "{ran:?}"
    );
}

#[tokio::test]
async fn azd_is_called_if_az_is_missing() {
    let (token, ran) = log_in(|command| {
        let answer = r#"{"token": "from-azd", "expiresOn": "2100-01-01T00:00:00Z"}"#;
        command.contains(" azd ").then_some(answer)
    })
    .await;
    assert_eq!(token.expect("logged in"), "from-azd");
    let asked = |tool| ran.iter().filter(|it| it.contains(tool)).count();
    assert_eq!((asked(" az "), asked(" azd ")), (1, 2));
}

#[tokio::test]
async fn a_user_who_is_not_logged_in_gets_a_hint() {
    let (token, _) = log_in(|_| None).await;
    let error = token.expect_err("no login");
    insta::assert_snapshot!(error, @"could not log in to Azure with the login of the Azure CLI (az) or azd");
    insta::assert_snapshot!(base::hint::join(&error.hints(), "\n"), @"Run `az login` or `azd auth login`. In CI, set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET or AZURE_FEDERATED_TOKEN_FILE.");
}
