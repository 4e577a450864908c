use azure::arm::{DenySettings, StackProperties};
use model::topology::Digest;
use places::azure::UNMANAGE;
use serde_json::json;
use testing::profile::azure;

use super::*;

const SUBSCRIPTION: &str = "/subscriptions/11111111-1111-1111-1111-111111111111";

fn group(tags: &[(&str, &str)]) -> ResourceGroup {
    let tags: BTreeMap<&str, &str> = tags.iter().copied().collect();
    let id = format!("{SUBSCRIPTION}/resourceGroups/harness-azure");
    serde_json::from_value(json!({"id": id, "location": "westeurope", "tags": tags}))
        .expect("a group")
}

/// The changes of a group with `tags` by a profile with changed settings.
fn changed(tags: &[(&str, &str)], sets: &[&str]) -> Vec<String> {
    let profile = [("harness-profile", "azure")];
    let tags = [&profile[..], tags].concat();
    lines(of_group(&group(&tags), &azure(sets), "azure"))
}

fn lines(difference: Option<Difference>) -> Vec<String> {
    let Some(difference) = difference else {
        return Vec::new();
    };
    let properties = difference.properties.iter();
    let lines = properties.map(|it| format!("{}: {} > {}", it.path, it.before, it.after));
    lines.chain(difference.note.clone()).collect()
}

const TIME: &str = "backend.azure.time-to-live=2h";
const ENDS: (&str, &str) = ("harness-expires", "2026-01-01T02:00:00Z");

#[test]
fn the_expiry_of_a_group_is_reported_only_if_the_time_to_live_changes() {
    let of = |time| [ENDS, ("harness-time-to-live", time)];
    assert_eq!(changed(&of("2h"), &[TIME]), [""; 0]);
    assert_eq!(
        changed(&of("1h"), &[TIME]),
        [r#"tags.harness-expires: "2026-01-01T02:00:00Z" > "2h after the promotion""#]
    );
    assert_eq!(
        changed(&of("2h"), &[]),
        [r#"tags.harness-expires: "2026-01-01T02:00:00Z" > null"#]
    );
    let new = r#"tags.harness-expires: null > "2h after the promotion""#;
    assert_eq!(changed(&[], &[TIME]), [new]);
    // The time to live of the last promotion is unknown.
    assert_eq!(changed(&[ENDS], &[TIME]), [""; 0]);
    assert_eq!(changed(&[], &[]), [""; 0]);
    let never = [("harness-expires", "never"), ("harness-time-to-live", "2h")];
    assert_eq!(changed(&never, &[TIME]).len(), 1);
}

#[test]
fn changed_tags_of_the_profile_are_reported_and_tags_of_others_stay() {
    let set = "backend.azure.tags={team: payments}";
    assert_eq!(
        changed(&[("owner", "ops")], &[set]),
        [r#"tags.team: null > "payments""#]
    );
    assert_eq!(
        changed(&[("team", "Payments")], &[set]),
        [r#"tags.team: "Payments" > "payments""#]
    );
    assert_eq!(changed(&[("Team", "payments")], &[set]), [""; 0]);
}

#[test]
fn a_changed_deny_mode_is_reported() {
    let change = |before: &str, after: &str| json!({"before": {"mode": before}, "after": {"mode": after}, "delta": []});
    assert_eq!(denied(&change("None", "none")), None);
    assert_eq!(
        denied(&json!({"before": null, "after": {"mode": "None"}})),
        None
    );
    let changed = denied(&change("DenyDelete", "None")).expect("it is reported");
    assert_eq!(changed.path, "denySettings.mode");
}

/// The changes of a stack that `change` modified after a promotion.
fn of_changed(change: impl FnOnce(&mut Stack, &mut StackSpec), is_reported: bool) -> Vec<String> {
    let mut spec = spec();
    let id = format!(
        "{SUBSCRIPTION}/resourceGroups/harness-azure/providers/Microsoft.Resources/deploymentStacks/harness-azure"
    );
    let stack = json!({"id": id, "tags": spec.tags,
                       "properties": {"provisioningState": "Succeeded"}});
    let mut stack: Stack = serde_json::from_value(stack).expect("a stack");
    change(&mut stack, &mut spec);
    lines(of_stack(&stack, &spec, None, is_reported))
}

fn spec() -> StackSpec {
    let digest = Digest::of(&0).to_string();
    let tags = [
        ("harness-profile", "azure"),
        ("harness-topology", "ours"),
        ("harness-template", "ours"),
        ("harness-digest", &digest),
        ("harness-storage-gib", "20"),
        ("harness-promoter", ""),
    ];
    let tags = tags.map(|(name, value)| (name.to_owned(), value.to_owned()));
    StackSpec {
        tags: tags.into(),
        properties: StackProperties {
            template: json!({}),
            parameters: BTreeMap::new(),
            action_on_unmanage: UNMANAGE,
            deny_settings: DenySettings::none(),
            description: None,
        },
    }
}

fn set(tags: &mut Tags, name: &str, value: &str) {
    tags.insert(name.to_owned(), value.to_owned());
}

#[test]
fn a_stack_is_reported_with_changed_tags_except_those_set_at_each_promotion() {
    assert_eq!(of_changed(|_, _| {}, false), [""; 0]);
    let own = of_changed(
        |stack, spec| {
            set(&mut stack.tags, "harness-promoter", "somebody");
            set(&mut stack.tags, "harness-gate-override", "a first look");
            set(
                &mut spec.tags,
                "harness-digest",
                &Digest::of(&1).to_string(),
            );
        },
        false,
    );
    assert_eq!(own, [""; 0]);
    let foreign = of_changed(|stack, _| set(&mut stack.tags, "owner", "ops"), false);
    assert_eq!(foreign, [r#"tags.owner: "ops" > null"#]);
    let gone = of_changed(
        |stack, _| drop(stack.tags.remove("harness-storage-gib")),
        false,
    );
    assert_eq!(gone, [r#"tags.harness-storage-gib: null > "20""#]);
    let other = of_changed(
        |stack, _| set(&mut stack.tags, "harness-topology", "another"),
        true,
    );
    assert!(
        other[0].starts_with(r#"tags.harness-topology: "another" > ""#),
        "{other:?}"
    );
}

#[test]
fn another_template_is_reported_only_if_no_change_is_visible() {
    let change = |stack: &mut Stack, _: &mut StackSpec| {
        set(&mut stack.tags, "harness-template", "another");
    };
    assert_eq!(of_changed(change, true), [""; 0]);
    assert_eq!(
        of_changed(change, false),
        [
            "it was deployed from another template, but its resources show no change: \
             `promote` deploys it again"
        ]
    );
}

#[test]
fn a_stack_that_is_deployed_again_anyway_is_reported_with_the_reason() {
    let failed = of_changed(
        |stack, _| stack.properties.provisioning_state = "failed".to_owned(),
        true,
    );
    assert_eq!(failed, ["it is failed: `promote` deploys it again"]);
    let nameless = of_changed(|stack, _| drop(stack.tags.remove("harness-digest")), false);
    assert_eq!(
        nameless,
        ["it has no digest of its template and parameters: `promote` deploys it again"]
    );
    let busy = of_changed(
        |stack, _| stack.properties.provisioning_state = "deploying".to_owned(),
        false,
    );
    assert_eq!(busy, [""; 0]);
}
