//! Exchanges as `oav` judges them: the operation that each is of, and what is said against it.

use std::fmt;
use std::time::Duration;

use azure_simulator::Exchange;
use camino::Utf8PathBuf;
use fs_err::{self as fs, File};
use serde::Deserialize;
use testing::azure_contract;

use super::child::{run, tool};
use super::install;

/// It reads a megabyte of descriptions and compiles a schema for each operation.
const DEADLINE: Duration = Duration::from_mins(8);

const PROGRAM: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/azure/oav/judge.cjs");

/// The judge.
pub(crate) struct Judge {
    modules: Utf8PathBuf,
    descriptions: Utf8PathBuf,
}

/// What is said of an exchange.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(crate) struct Judgement {
    /// The operation, if one is described.
    pub(crate) operation: Option<String>,
    /// Against the request.
    pub(crate) request: Vec<Complaint>,
    /// Against the answer.
    pub(crate) response: Vec<Complaint>,
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(crate) struct Complaint {
    pub(crate) code: String,
    pub(crate) message: String,
    pub(crate) paths: Vec<String>,
}

impl Judge {
    /// One with its tools.
    pub(crate) async fn ready() -> Self {
        Self {
            descriptions: azure_contract::folder().join("openapi"),
            modules: install::oav().await.expect("the test needs it"),
        }
    }

    /// A judgement for each exchange.
    pub(crate) async fn judge(&self, exchanges: &[Exchange]) -> Vec<Judgement> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("exchanges.ndjson");
        let lines = exchanges.iter().map(|exchange| {
            let exchange = as_described(exchange.clone());
            serde_json::to_string(&exchange).expect("JSON") + "\n"
        });
        fs::write(&file, lines.collect::<String>()).expect("it is writable");
        let mut node = tool("node", &[PROGRAM, self.descriptions.as_str()]);
        node.env("NODE_PATH", &self.modules)
            .stdin(File::open(&file).expect("it was written").into_file());
        let said = run(node, DEADLINE).await.expect("it judges");
        let judgements: Vec<Judgement> = said
            .lines()
            .map(|line| serde_json::from_str(line).expect("a judgement"))
            .collect();
        assert_eq!(judgements.len(), exchanges.len());
        judgements
    }
}

/// An exchange as the description knows it.
///
/// Permissions are described for groups and resources alone. Azure tells those on a subscription
/// by the same path in its place, and the promoter asks there, since the group may not be there
/// yet: they are judged as those of a group.
///
/// Stacks are described in the version before the one that is spoken, which has one more word: what
/// becomes of resources that cannot be deleted by themselves. They are judged without it.
fn as_described(mut exchange: Exchange) -> Exchange {
    let permissions = "/providers/Microsoft.Authorization/permissions";
    if !exchange.url.contains("/resourceGroups/") {
        let of_group = format!("/resourceGroups/any{permissions}");
        exchange.url = exchange.url.replace(permissions, &of_group);
    }
    if exchange.url.contains("/deploymentStacks/") {
        let (spoken, described) = ("api-version=2025-07-01", "api-version=2024-03-01");
        let word = "&unmanageAction.ResourcesWithoutDeleteSupport=detach";
        exchange.url = exchange.url.replace(spoken, described).replace(word, "");
        for document in [&mut exchange.body, &mut exchange.response_body] {
            let unmanage = document.pointer_mut("/properties/actionOnUnmanage");
            let unmanage = unmanage.and_then(|it| it.as_object_mut());
            unmanage.map(|it| it.remove("resourcesWithoutDeleteSupport"));
        }
    }
    exchange
}

impl Judgement {
    /// What no description says anything about, and who judges it in its place; `None` means that
    /// it should have been described.
    pub(crate) fn elsewhere(exchange: &Exchange) -> Option<&'static str> {
        let path = exchange.url.split('?').next().unwrap_or_default();
        let path = path.to_lowercase();
        let ends = |word: &str| path.ends_with(word);
        let on = |word: &str| path.contains(word);
        let subscription = path.split("/subscriptions").nth(1);
        if ends("/oauth2/v2.0/token") || on("/.well-known/") || on("/discovery/") {
            return Some("azure-identity: tokens are Entra's");
        }
        if on("/operationstatuses/") || on("/operationresults/") {
            return Some("the clients' pollers: no address of an operation is described");
        }
        if on("/deploymentstackswhatifresults/") {
            return Some("azure-mgmt-resource-deploymentstacks: newer than the descriptions");
        }
        if on("/providers/microsoft.compute/") {
            return Some("azure-mgmt-compute: not among the descriptions");
        }
        if subscription.is_some_and(|rest| rest.matches('/').count() <= 1) {
            return Some("azure-mgmt-resource-subscriptions: not among the descriptions");
        }
        None
    }
}

impl Complaint {
    /// Whether it is that the answer has a property which the description does not know. Azure's
    /// own answers have such properties.
    pub(crate) fn is_about_the_unknown(&self) -> bool {
        self.code == "OBJECT_ADDITIONAL_PROPERTIES"
    }
}

impl fmt::Display for Complaint {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let paths = self.paths.join(", ");
        write!(out, "{} at {paths}: {}", self.code, self.message)
    }
}
