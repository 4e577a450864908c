//! The judge of traffic is judged itself: each thing that is put wrong has to be told.

use azure_simulator::Exchange;
use serde_json::json;
use testing::need::AZURE_CONTRACT;

use super::described::Judge;
use super::install::AZURE_JUDGES;
use super::openapi::objections;
use super::world::{DIALECTS, World};

testing::tests!([AZURE_CONTRACT, AZURE_JUDGES]; current_thread: what_is_wrong_would_be_told);

/// An exchange that something is done to, and what has to be said of it then.
type Mutant = (
    &'static str,
    fn(&Exchange) -> bool,
    fn(&mut Exchange),
    &'static str,
);

const MUTANTS: [Mutant; 7] = [
    (
        "a group without a location",
        |one| one.method == "PUT" && one.url.contains("/resourcegroups/"),
        |one| one.body = json!({"tags": {}}),
        "OBJECT_MISSING_REQUIRED_PROPERTY",
    ),
    (
        "a stack with a property of our own",
        |one| one.method == "PUT" && one.url.contains("/deploymentStacks/"),
        |one| one.body["properties"]["ours"] = json!(true),
        "OBJECT_ADDITIONAL_PROPERTIES",
    ),
    (
        "a server whose storage is a text",
        |one| {
            one.method == "PUT"
                && one.url.contains("/flexibleServers/")
                && !one.body["sku"].is_null()
        },
        |one| one.body["properties"]["storage"]["storageSizeGB"] = json!("20"),
        "INVALID_TYPE",
    ),
    (
        "a group that answers with a status of its own",
        |one| one.method == "HEAD",
        |one| one.status = 203,
        "INVALID_RESPONSE_CODE",
    ),
    (
        "a path of a type that is no more",
        |one| one.method == "GET" && one.url.contains("/resources?"),
        |one| one.url = one.url.replace("/resources?", "/ressources?"),
        "no description has it",
    ),
    (
        "an answer with a property of our own",
        |one| one.method == "GET" && one.url.contains("/virtualNetworks/"),
        |one| one.response_body["properties"]["ours"] = json!(true),
        "unknown",
    ),
    (
        "an answer whose list is a text",
        |one| one.method == "GET" && one.url.contains("/resources?"),
        |one| one.response_body["value"] = json!("none"),
        "INVALID_TYPE",
    ),
];

async fn what_is_wrong_would_be_told() {
    let judge = Judge::ready().await;
    let world = World::empty(DIALECTS[0]).await;
    world.piece_by_piece().await;
    let pieces = world.exchanges();
    let world = World::empty(DIALECTS[0]).await;
    world.promote_and_destroy().await;
    let all: Vec<Exchange> = world.exchanges().into_iter().chain(pieces).collect();
    let mutants: Vec<Exchange> = MUTANTS
        .iter()
        .map(|(what, is_it, mutate, _)| {
            let good = all.iter().find(|one| is_it(one));
            let mut one = good
                .unwrap_or_else(|| panic!("{what}: nothing to mutate"))
                .clone();
            mutate(&mut one);
            one
        })
        .collect();
    let judgements = judge.judge(&mutants).await;
    for ((what, .., expected), (mutant, judgement)) in
        MUTANTS.iter().zip(mutants.iter().zip(&judgements))
    {
        let unknown = judgement.response.iter();
        let unknown = unknown.filter(|one| one.is_about_the_unknown());
        let unknown = unknown.map(|_| "unknown".to_owned());
        let objections = objections(mutant, judgement, true).into_iter();
        let said = objections.chain(unknown).collect::<Vec<_>>().join("\n");
        assert!(said.contains(expected), "{what}: {said:?}");
    }
}
