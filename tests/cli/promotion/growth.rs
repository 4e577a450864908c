//! What in Azure becomes otherwise by itself, and what of it counts.

use serde_json::json;

use super::Subscription;

const SERVER: &str = "/flexibleservers/";

/// The server's storage becomes more, as it does when it gets full.
fn grow(azure: &Subscription, gib: u64) {
    let server = azure.resource(SERVER).expect("a server");
    let name = server["name"].as_str().expect("a name").to_owned();
    azure.change_resource(&format!("{SERVER}{name}"), |server| {
        server["properties"]["storage"]["storageSizeGB"] = json!(gib);
    });
}

fn storage(azure: &Subscription) -> u64 {
    let server = azure.resource(SERVER).expect("a server");
    let storage = &server["properties"]["storage"]["storageSizeGB"];
    storage.as_u64().expect("a number")
}

#[test]
fn storage_that_grew_by_itself_is_told_is_no_drift_and_is_kept_by_the_next_promotion() {
    let azure = Subscription::new();
    assert_eq!(azure.promote("").code, 0);
    grow(&azure, 24);
    let drift = azure.run("drift");
    assert_eq!(drift.code, 0, "{drift}");
    assert!(
        drift
            .stdout
            .contains("has 24 GiB of storage, and the profile asks for 20"),
        "{drift}"
    );
    let json = azure.run("drift --output json").json();
    assert_eq!(json["resources"], json!([]));
    assert_eq!(json["notes"].as_array().map(Vec::len), Some(1));
    let again = azure.promote("");
    assert_eq!(again.code, 0, "{again}");
    // Something else makes Azure go through all of it.
    let other = azure.promote("--set backend.azure.tags.team=payments");
    assert_eq!(other.code, 0, "{other}");
    assert_eq!(storage(&azure), 24);
    assert_eq!(
        azure
            .run("drift --set backend.azure.tags.team=payments")
            .code,
        0
    );
}

#[test]
fn a_profile_that_asks_for_more_storage_gets_it_and_one_that_asks_for_less_is_refused() {
    let azure = Subscription::new();
    assert_eq!(azure.promote("").code, 0);
    grow(&azure, 24);
    let more = "--set backend.azure.mysql.storage=32";
    let drift = azure.run(&format!("drift {more}"));
    assert_eq!(drift.code, 2, "{drift}");
    assert!(
        drift
            .stdout
            .contains("properties.storage.storageSizeGB: 24 > 32"),
        "{drift}"
    );
    assert_eq!(azure.promote(more).code, 0);
    assert_eq!(storage(&azure), 32);
    for line in ["plan", "promote --override-gate=untested"] {
        let less = azure.run(line);
        assert_eq!(less.code, 77, "{less}");
        let reason =
            "`backend.azure.mysql.storage` was 32 and is now 20, but the server has 32 GiB";
        assert!(less.to_string().contains(reason), "{less}");
    }
    assert_eq!(storage(&azure), 32);
}

#[test]
fn a_patch_of_kubernetes_that_azure_has_brought_is_no_drift_and_stays() {
    let azure = Subscription::new();
    assert_eq!(azure.promote("").code, 0);
    azure.change_resource("/managedclusters/azure-aks", |cluster| {
        cluster["properties"]["kubernetesVersion"] = json!("1.35.7");
        cluster["properties"]["currentKubernetesVersion"] = json!("1.35.7");
    });
    let drift = azure.run("drift");
    assert_eq!(drift.code, 0, "{drift}");
    let other = azure.promote("--set backend.azure.tags.team=payments");
    assert_eq!(other.code, 0, "{other}");
    let cluster = azure.resource("/managedclusters/").expect("a cluster");
    assert_eq!(cluster["properties"]["currentKubernetesVersion"], "1.35.7");
}
