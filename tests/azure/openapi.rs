//! The client's requests and the built-in Azure's answers, by Microsoft's descriptions.

use std::collections::{BTreeMap, BTreeSet};

use azure_simulator::Exchange;
use testing::need::AZURE_CONTRACT;

use super::described::{Complaint, Judge, Judgement};
use super::install::AZURE_JUDGES;
use super::world::{DIALECTS, World};

testing::tests!(
    [AZURE_CONTRACT, AZURE_JUDGES];
    current_thread:
    every_request_and_every_answer_is_as_microsoft_describes_it,
);

/// Exchanges whose requests should be right, then such as should be refused.
struct Record {
    right: Vec<Exchange>,
    wrong: Vec<Exchange>,
}

async fn record() -> Record {
    let (mut right, mut wrong) = (Vec::new(), Vec::new());
    for dialect in DIALECTS {
        let whole = World::empty(dialect).await;
        whole.promote_and_destroy().await;
        right.extend(whole.exchanges());
        let pieces = World::empty(dialect).await;
        pieces.piece_by_piece().await;
        right.extend(pieces.exchanges());
        let refused = World::empty(dialect).await;
        refused.go_wrong().await;
        wrong.extend(refused.exchanges());
    }
    Record {
        right: distinct(right),
        wrong: distinct(wrong),
    }
}

/// Each exchange once, whatever differs in its headers besides those that announce an operation.
fn distinct(exchanges: Vec<Exchange>) -> Vec<Exchange> {
    let mut seen = BTreeSet::new();
    let is_new = |one: &Exchange| {
        let announces = |name: &str| {
            let mut headers = one.response_headers.iter();
            headers.any(|(key, _)| key.eq_ignore_ascii_case(name))
        };
        let headers = (announces("location"), announces("azure-asyncoperation"));
        let body = (one.body.to_string(), one.response_body.to_string());
        seen.insert((
            one.method.clone(),
            one.url.clone(),
            one.status,
            headers,
            body,
        ))
    };
    exchanges.into_iter().filter(is_new).collect()
}

/// An exchange as people name it.
fn name(exchange: &Exchange, judgement: &Judgement) -> String {
    let operation = judgement.operation.as_deref().unwrap_or("unknown");
    format!("{operation} {}", exchange.status)
}

/// What must not be: one line each.
pub(crate) fn objections(exchange: &Exchange, judgement: &Judgement, right: bool) -> Vec<String> {
    let told = |part: &str, complaint: &Complaint| {
        let named = name(exchange, judgement);
        format!(
            "{named} ({} {}): {part}: {complaint}",
            exchange.method, exchange.url
        )
    };
    let elsewhere = Judgement::elsewhere(exchange);
    let unmatched = right && judgement.operation.is_none() && elsewhere.is_none();
    let unmatched = unmatched.then(|| {
        format!(
            "{} {}: no description has it",
            exchange.method, exchange.url
        )
    });
    let requests = judgement.request.iter().filter(|_| right);
    let requests = requests.map(|complaint| told("request", complaint));
    let answers = judgement.response.iter();
    let answers = answers.filter(|complaint| !is_bearable(exchange, complaint));
    let answers = answers.map(|complaint| told("answer", complaint));
    let bare = (!is_envelope(exchange)).then(|| {
        format!(
            "{} {}: an error without an envelope",
            exchange.method, exchange.url
        )
    });
    unmatched
        .into_iter()
        .chain(requests)
        .chain(answers)
        .chain(bare)
        .collect()
}

/// Whether something that is said against an answer is no error: Azure's own answers have properties
/// which no description knows, and that of registries describes no errors at all. Their envelope is
/// looked at in any case.
fn is_bearable(exchange: &Exchange, complaint: &Complaint) -> bool {
    let undescribed = exchange.status >= 400 && complaint.code == "INVALID_RESPONSE_CODE";
    undescribed || complaint.is_about_the_unknown()
}

/// Whether an error is in the envelope of the resource manager; what is no error is as good. AKS
/// itself has none, whatever its description says.
///
/// <https://github.com/Azure/terraform-azurerm-avm-res-containerservice-managedcluster/issues/166>
fn is_envelope(exchange: &Exchange) -> bool {
    let body = &exchange.response_body;
    let bare = body["subcode"].is_string() && exchange.url.contains("Microsoft.ContainerService");
    let error = if bare { body } else { &body["error"] };
    exchange.status < 400
        || exchange.method == "HEAD"
        || (error["code"].is_string() && error["message"].is_string())
}

/// Fails where something is objected to; so many exchanges at first are right.
fn assert_no_objection(exchanges: &[Exchange], judgements: &[Judgement], right: usize) {
    let judged = exchanges.iter().zip(judgements).enumerate();
    let objections: BTreeSet<String> = judged
        .flat_map(|(index, (one, judgement))| objections(one, judgement, index < right))
        .collect();
    let all: Vec<String> = objections.into_iter().collect();
    assert!(
        all.is_empty(),
        "{} objections:\n{}",
        all.len(),
        all.join("\n")
    );
}

async fn every_request_and_every_answer_is_as_microsoft_describes_it() {
    let judge = Judge::ready().await;
    let Record { right, wrong } = record().await;
    let exchanges: Vec<Exchange> = right.iter().chain(&wrong).cloned().collect();
    let judgements = judge.judge(&exchanges).await;
    assert_no_objection(&exchanges, &judgements, right.len());
    let told = Told(exchanges.iter().zip(&judgements).collect());
    insta::assert_snapshot!(told.operations(), @"
    AgentPools_CreateOrUpdate 200 201 404 409
    AgentPools_Delete 202 204
    AgentPools_Get 200 404
    AgentPools_GetUpgradeProfile 200
    CheckNameAvailabilityWithoutLocation_Execute 200
    Configurations_CreateOrUpdate 202 404 409
    Configurations_Get 200 404
    Databases_CreateOrUpdate 202 404 409
    Databases_Delete 202 204
    Databases_Get 200 404
    DeploymentOperations_List 200
    DeploymentStacks_CreateOrUpdateAtResourceGroup 200 201 400 404
    DeploymentStacks_DeleteAtResourceGroup 202
    DeploymentStacks_GetAtResourceGroup 200 404
    DeploymentStacks_ValidateStackAtResourceGroup 202 400
    Deployments_Cancel 204 409
    LocationBasedCapabilities_List 200
    ManagedClusters_CreateOrUpdate 200 201 400 409
    ManagedClusters_Delete 202 204
    ManagedClusters_Get 200 404
    ManagedClusters_GetUpgradeProfile 200
    ManagedClusters_ListClusterUserCredentials 200 404
    ManagedClusters_ListKubernetesVersions 200
    ManagedClusters_Start 202
    ManagedClusters_Stop 202
    Permissions_ListForResourceGroup 200
    PrivateZones_CreateOrUpdate 202 400 409
    PrivateZones_Delete 202 204
    PrivateZones_Get 200 404
    Providers_Get 200 404
    Providers_Register 200
    Registries_CheckNameAvailability 200
    Registries_Create 200 201 400 409
    Registries_Delete 202 204
    Registries_Get 200 404
    ResourceGroups_CheckExistence 204 404
    ResourceGroups_CreateOrUpdate 201 400 409
    ResourceGroups_Delete 202 404
    ResourceGroups_Get 200 404
    Resources_ListByResourceGroup 200
    RoleAssignments_Create 200 201 404
    RoleAssignments_Delete 200 204
    RoleAssignments_Get 200 404
    Servers_Create 202 400 409
    Servers_Delete 202 204
    Servers_Failover 400
    Servers_Get 200 404
    Servers_Restart 202
    Servers_Start 202
    Servers_Stop 202
    UserAssignedIdentities_CreateOrUpdate 200 201 400 409
    UserAssignedIdentities_Delete 200 204
    UserAssignedIdentities_Get 200 404
    VirtualNetworkLinks_CreateOrUpdate 202 404 409
    VirtualNetworkLinks_Delete 202 204
    VirtualNetworkLinks_Get 200 404
    VirtualNetworks_CreateOrUpdate 200 201 400 409
    VirtualNetworks_Delete 202 204
    VirtualNetworks_Get 200 404
    ");
    insta::assert_snapshot!(told.unknown(), @"");
    insta::assert_snapshot!(told.elsewhere(), @"
    azure-identity: tokens are Entra's
    azure-mgmt-compute: not among the descriptions
    azure-mgmt-resource-deploymentstacks: newer than the descriptions
    azure-mgmt-resource-subscriptions: not among the descriptions
    the clients' pollers: no address of an operation is described
    ");
}

/// Exchanges with what is said of each.
struct Told<'a>(Vec<(&'a Exchange, &'a Judgement)>);

impl Told<'_> {
    /// The operations, each with the statuses that it was answered with.
    fn operations(&self) -> String {
        let mut operations = BTreeMap::<_, BTreeSet<u16>>::new();
        for (one, judgement) in &self.0 {
            if let Some(operation) = &judgement.operation {
                operations.entry(operation).or_default().insert(one.status);
            }
        }
        lines(operations.iter().map(|(name, statuses)| {
            let statuses: Vec<String> = statuses.iter().map(u16::to_string).collect();
            format!("{name} {}", statuses.join(" "))
        }))
    }

    /// Properties of answers that no description knows.
    fn unknown(&self) -> String {
        lines(self.0.iter().flat_map(|(_, judgement)| {
            let operation = judgement.operation.as_deref().unwrap_or("unknown");
            let unknown = judgement.response.iter();
            let unknown = unknown.filter(|one| one.is_about_the_unknown());
            unknown.map(move |one| format!("{operation}: {}", one.message))
        }))
    }

    /// Who judges what no description says anything about.
    fn elsewhere(&self) -> String {
        let undescribed = self.0.iter();
        let undescribed = undescribed.filter(|(_, judgement)| judgement.operation.is_none());
        let elsewhere = undescribed.filter_map(|(one, _)| Judgement::elsewhere(one));
        lines(elsewhere.map(str::to_owned))
    }
}

fn lines(all: impl Iterator<Item = String>) -> String {
    let all: BTreeSet<String> = all.collect();
    all.into_iter().collect::<Vec<_>>().join("\n")
}
