//! What a promoter asks of Azure, from an empty subscription to an empty one again.

use std::collections::BTreeMap;
use std::time::Duration;

use azure::arm;
use azure::arm::{Group, ResourceGroup, ResourceId, StackSpec};
use azure::template::{DeploymentScope, PASSWORD, Resource, template};
use places::azure::{PROFILE as TAG, UNMANAGE};
use promotion::look;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::world::{PROFILE, World, password};

/// The providers that a promotion needs.
const PROVIDERS: [&str; 6] = [
    "Microsoft.Compute",
    "Microsoft.ContainerRegistry",
    "Microsoft.ContainerService",
    "Microsoft.DBforMySQL",
    "Microsoft.ManagedIdentity",
    "Microsoft.Network",
];

impl World {
    fn subscription(&self) -> &str {
        &self.cloud.subscription.subscription_id
    }

    /// Looks as `plan` does.
    async fn plan(&self) -> promotion::Outlook {
        let never = CancellationToken::new();
        let topology = self.profile.topology();
        let looked = look(&self.cloud, &self.azure, &topology, PROFILE, &never).await;
        looked.expect("Azure answers")
    }

    async fn register(&self) {
        for namespace in PROVIDERS {
            let id = self.subscription();
            let begun = self.cloud.arm.register_provider(id, namespace).await;
            begun.expect("it begins");
            self.time.advance(Duration::from_mins(2));
            let provider = self.cloud.arm.provider(id, namespace).await;
            assert!(provider.expect("a provider").is_registered());
        }
    }

    async fn make_group(&self, group: &Group) {
        let wanted = ResourceGroup {
            id: group.id(),
            location: self.azure.region.clone(),
            tags: [(TAG.to_owned(), PROFILE.to_owned())].into(),
        };
        let made = self.cloud.arm.put_resource_group(group, &wanted).await;
        made.expect("a group");
    }

    async fn delete_group(&self, group: &Group) {
        let begun = self.cloud.arm.delete_resource_group(group).await;
        self.finish(begun).await.expect("it goes");
        let there = self.cloud.arm.has_resource_group(group).await;
        assert!(!there.expect("Azure answers"));
    }

    /// Promotes, looks at everything, changes, and destroys.
    pub(crate) async fn promote_and_destroy(&self) {
        let arm = &self.cloud.arm;
        let target = self.target();
        let (group, name) = (&target.group, target.names.stack.as_str());
        assert_eq!(self.plan().await.group, promotion::Group::Absent);
        arm.subscriptions().await.expect("one");
        self.register().await;
        self.make_group(group).await;
        assert!(arm.has_resource_group(group).await.expect("Azure answers"));
        assert!(self.plan().await.differences.len() > 15);

        let stack = self.stack();
        let checked = self
            .finish(arm.validate_stack(group, name, &stack).await)
            .await;
        let checked = checked.expect("it is good");
        assert!(checked["properties"]["validatedResources"].is_array());
        let begun = arm.put_stack(group, name, &stack).await;
        assert!(arm.stack(group, name).await.expect("answered").is_some());
        self.finish(begun).await.expect("everything is made");
        assert_eq!(self.plan().await.differences, []);
        let made = arm.stack(group, name).await.expect("answered");
        let deployment = made.and_then(|made| made.properties.deployment_id);
        let deployment = deployment.expect("a stack has a deployment");
        let operations = arm.deployment_operations(group, deployment.name()).await;
        assert!(operations.expect("a list").len() > 15);
        let server = &target.names.mysql;
        let restarted = arm
            .restart_server(group, server, arm::Restart::InPlace)
            .await;
        self.finish(restarted).await.expect("it comes back");
        refused(arm.fail_server_over(group, server).await);
        assert!(arm.resources(group).await.expect("a list").len() > 5);
        let cluster = &target.names.cluster;
        arm.cluster_user_kubeconfig(group, cluster)
            .await
            .expect("a kubeconfig");
        for resource in self.resources() {
            let found: Option<Value> = arm.find(&resource.target).await.expect("answered");
            assert!(found.is_some(), "{}", resource.id);
        }

        let begun = arm.put_stack(group, name, &without_the_last(stack)).await;
        self.finish(begun).await.expect("one goes");
        self.cancel(group, name).await;
        let begun = arm.delete_stack(group, name, UNMANAGE).await;
        self.finish(begun).await.expect("everything goes");
        assert_eq!(arm.stack(group, name).await.expect("answered"), None);
        assert_eq!(arm.resources(group).await.expect("a list"), []);
        self.delete_group(group).await;
    }

    /// Changes the stack, and cancels it on its way.
    async fn cancel(&self, group: &Group, name: &str) {
        let arm = &self.cloud.arm;
        let begun = arm.put_stack(group, name, &self.stack()).await;
        let changed = arm.stack(group, name).await.expect("answered");
        let deployment = changed.and_then(|changed| changed.properties.deployment_id);
        let deployment = deployment.expect("a stack has a deployment");
        let cancelled = arm.cancel_deployment(group, deployment.name()).await;
        cancelled.expect("it is under way");
        let error = self.finish(begun).await.expect_err("it is cancelled");
        assert!(matches!(error, arm::Error::Failed { .. }), "{error}");
        refused(arm.cancel_deployment(group, deployment.name()).await);
        self.time.advance(Duration::from_mins(20));
        let resources = arm.resources(group).await.expect("a list");
        assert!(!resources.iter().any(arm::Resource::is_changing));
    }

    /// Makes each resource of the template by a request of its own, and takes each away again: a
    /// description says nothing of what is in a template.
    pub(crate) async fn piece_by_piece(&self) {
        let arm = &self.cloud.arm;
        let group = self.target().group;
        self.register().await;
        self.make_group(&group).await;
        let mut known = BTreeMap::new();
        for piece in self.resources() {
            let body = evaluated(&piece.body, &known);
            // Once to make it, and once more as whoever runs a command again.
            for _ in 0..2 {
                let answer = arm.put(&piece.target, &body).await.expect("it is taken");
                let begun = arm.started(azure_core::http::Method::Put, &piece.target, &answer);
                self.finish(begun).await.expect("it is made");
            }
            let made: Value = arm.get(&piece.target).await.expect("it is there");
            known.insert(piece.id.to_lowercase(), made);
        }
        self.stop_and_start().await;
        for piece in self.resources().into_iter().rev() {
            // Settings of a server are never deleted.
            if piece.id.contains("/configurations/") {
                continue;
            }
            let answer = arm.delete(&piece.target).await.expect("it is taken");
            let begun = arm.started(azure_core::http::Method::Delete, &piece.target, &answer);
            self.finish(begun).await.expect("it goes");
            let again = arm.delete(&piece.target).await.expect("it is taken");
            assert_eq!(u16::from(again.status), 204, "{}", piece.id);
        }
        self.delete_group(&group).await;
    }

    /// Stops the cluster and the server and starts them again, and asks what the cluster and its pools
    /// can go to.
    async fn stop_and_start(&self) {
        let arm = &self.cloud.arm;
        let names = self.target().names;
        let cluster = format!("/managedClusters/{}", names.cluster);
        let server = format!("/flexibleServers/{}", names.mysql);
        for piece in self.resources() {
            let id = piece.id.as_str();
            if id.ends_with(&cluster) || id.contains("/agentPools/") {
                let profile = piece.target.clone().below("/upgradeProfiles/default");
                let profile: Value = arm.get(&profile).await.expect("it is told");
                assert!(profile["properties"].is_object(), "{profile}");
            }
            if !id.ends_with(&cluster) && !id.ends_with(&server) {
                continue;
            }
            for act in ["/stop", "/start"] {
                let target = piece.target.clone().below(act);
                let answer = arm.post(&target, None).await.expect("it is taken");
                let begun = arm.started(azure_core::http::Method::Post, &target, &answer);
                self.finish(begun).await.expect("it is done");
            }
        }
    }

    /// Asks for what cannot be.
    pub(crate) async fn go_wrong(&self) {
        let arm = &self.cloud.arm;
        let target = self.target();
        let (group, name) = (&target.group, target.names.stack.as_str());
        let stack = self.stack();
        refused(arm.put_stack(group, name, &stack).await);
        self.make_group(group).await;
        let mut elsewhere = ResourceGroup {
            id: ResourceId::default(),
            location: "northeurope".to_owned(),
            tags: BTreeMap::new(),
        };
        refused(arm.put_resource_group(group, &elsewhere).await);
        "atlantis".clone_into(&mut elsewhere.location);
        refused(
            arm.put_resource_group(&Group::new(self.subscription(), "other"), &elsewhere)
                .await,
        );
        let gone = Group::new(self.subscription(), "other");
        let gone = self.finish(arm.delete_resource_group(&gone).await).await;
        gone.expect("what is not there is no error");
        refused(
            arm.subscription("00000000-0000-0000-0000-000000000000")
                .await,
        );
        refused(arm.provider(self.subscription(), "Microsoft.Nothing").await);
        refused(arm.cluster_user_kubeconfig(group, "none").await);
        assert_eq!(arm.stack(group, name).await.expect("answered"), None);

        let mut wrong = stack.clone();
        wrong.properties.template["resources"][0]["apiVersion"] = json!("1999-01-01");
        refused(arm.validate_stack(group, name, &wrong).await);
        refused(arm.put_stack(group, name, &wrong).await);
        refused(arm.put_what_if(group, "what", name, &wrong).await);
        refused(arm.what_if(group, "nothing").await);
        // Providers are not registered yet: what is in it fails.
        let failed = self.finish(arm.put_stack(group, name, &stack).await).await;
        failed.expect_err("it fails");
        assert!(arm.stack(group, name).await.expect("answered").is_some());

        for piece in self.resources() {
            let body = json!({"properties": {}});
            refused(arm.put(&piece.target, &body).await);
            let none: Option<Value> = arm.find(&piece.target).await.expect("answered");
            assert_eq!(none, None, "{}", piece.id);
        }
        self.register().await;
        for piece in self.resources() {
            let mut body = piece.body.clone();
            body["location"] = json!("atlantis");
            body["properties"] = Value::Null;
            let _ = arm.put(&piece.target, &body).await;
        }
    }

    /// The resources of the template, each after those that it needs.
    fn resources(&self) -> Vec<Piece> {
        let target = self.target();
        let place = DeploymentScope {
            subscription: self.subscription().to_owned(),
            resource_group: target.group.name.clone(),
            profile: PROFILE.to_owned(),
            caller: self.cloud.caller.clone(),
        };
        let tags = [(TAG.to_owned(), PROFILE.to_owned())].into();
        let database = self.profile.topology().database;
        let template = template(&self.azure, &database, &place, &tags);
        let pieces = template.resources.iter();
        pieces.map(|one| Piece::of(&target.group, one)).collect()
    }
}

/// A resource of a template as a request of its own.
struct Piece {
    id: String,
    target: arm::Target,
    body: Value,
}

impl Piece {
    fn of(group: &Group, resource: &Resource) -> Self {
        let (namespace, kinds) = resource.kind.split_once('/').expect("a type");
        let names = resource.name.split('/');
        let path = kinds.split('/').zip(names);
        let path: Vec<String> = path.map(|(kind, name)| format!("/{kind}/{name}")).collect();
        let on = resource.scope.clone();
        let on = on.unwrap_or_else(|| group.id().to_string());
        let id = format!("{on}/providers/{namespace}{}", path.concat());
        let mut body = serde_json::to_value(resource).expect("JSON");
        let fields = body.as_object_mut().expect("an object");
        fields.retain(|field, _| {
            !["type", "name", "apiVersion", "scope", "dependsOn"].contains(&field.as_str())
        });
        Self {
            target: arm::Target::new(&id, resource.api_version),
            id,
            body,
        }
    }
}

/// A body with the values of its expressions: the password, and what is known of other resources.
fn evaluated(value: &Value, known: &BTreeMap<String, Value>) -> Value {
    match value {
        Value::String(text) if *text == format!("[parameters('{PASSWORD}')]") => {
            json!(password().reveal())
        }
        Value::String(text) if text.starts_with("[reference('") => {
            let (_, rest) = text.split_once('\'').expect("a quote");
            let (id, rest) = rest.split_once('\'').expect("another quote");
            let (_, path) = rest.split_once(").").expect("a property");
            let path = path.trim_end_matches(']').replace('.', "/");
            let found = known[&id.to_lowercase()].pointer(&format!("/properties/{path}"));
            found.expect("it is known").clone()
        }
        Value::Array(all) => all.iter().map(|one| evaluated(one, known)).collect(),
        Value::Object(all) => {
            let pairs = all.iter();
            let pairs = pairs.map(|(key, one)| (key.clone(), evaluated(one, known)));
            Value::Object(pairs.collect())
        }
        other => other.clone(),
    }
}

/// The same stack without its last resource, which nothing needs.
fn without_the_last(mut stack: StackSpec) -> StackSpec {
    let resources = stack.properties.template["resources"].as_array_mut();
    resources.and_then(Vec::pop).expect("it has resources");
    stack
}

#[track_caller]
fn refused<T: std::fmt::Debug>(answer: Result<T, arm::Error>) {
    let error = answer.expect_err("it is refused");
    assert!(error.detail().is_some(), "{error}");
}
