//! The applied objects, and properties that each of them must have.

use ::base::secret::Secret;
use ::base::tool::Environment;
use backend::WorkerSecrets;
use serde_json::Value;

use super::*;
use crate::fixture::{PASSWORD, local, topology};
use crate::{Exposure, Resolver, pod};

/// A cluster with a port-forward for clients and a database without TLS.
fn tunnelled() -> Site {
    let mut site = local();
    site.mysql.roots = None;
    site.exposure = Exposure::none();
    site
}

fn yaml(groups: &[Group]) -> String {
    let documents: Vec<String> = groups.iter().map(Group::to_yaml).collect();
    documents.concat()
}

/// The objects of a kind in all groups.
fn of_kind(groups: &[Group], kind: &str) -> Vec<Value> {
    let objects = groups.iter().flat_map(Group::documents);
    objects.filter(|object| object["kind"] == kind).collect()
}

/// The objects with a pod template.
fn workloads(groups: &[Group]) -> Vec<Value> {
    let mut workloads = of_kind(groups, "Deployment");
    workloads.extend(of_kind(groups, "Job"));
    workloads
}

fn group<'a>(groups: &'a [Group], id: &str) -> &'a Group {
    let found = groups.iter().find(|group| group.id.to_string() == id);
    found.expect("there is such a group")
}

#[test]
fn the_objects_of_a_local_cluster() {
    insta::assert_snapshot!(yaml(&objects(&topology(&[]), &local())));
}

#[test]
fn the_objects_of_two_replicas_without_exposure() {
    let sets = [
        "temporal.roles.history.replicas=2",
        "temporal.dynamic-config.frontend.rps=100",
        "starter.mode=off",
    ];
    insta::assert_snapshot!(yaml(&objects(&topology(&sets), &tunnelled())));
}

/// A pod reaches the DNS cache on its node only through a Cilium policy, which exists only if the
/// place may have such caches.
#[test]
fn pods_may_query_a_dns_cache_on_their_node_if_there_may_be_one() {
    let cilium = |site: &Site| of_kind(&objects(&topology(&[]), site), "CiliumNetworkPolicy");
    assert_eq!(cilium(&local()), Vec::<Value>::new());
    let mut site = local();
    site.resolver = Resolver::PodsOrNode;
    let policies = cilium(&site);
    assert_eq!(policies.len(), 1);
    insta::assert_json_snapshot!(policies[0]["spec"], @r#"
    {
      "egress": [
        {
          "toEntities": [
            "host"
          ],
          "toPorts": [
            {
              "ports": [
                {
                  "port": "53",
                  "protocol": "UDP"
                },
                {
                  "port": "53",
                  "protocol": "TCP"
                }
              ]
            }
          ]
        },
        {
          "toCIDR": [
            "169.254.10.0/24"
          ],
          "toPorts": [
            {
              "ports": [
                {
                  "port": "53",
                  "protocol": "UDP"
                },
                {
                  "port": "53",
                  "protocol": "TCP"
                }
              ]
            }
          ]
        }
      ],
      "endpointSelector": {}
    }
    "#);
    let metadata = &policies[0]["metadata"];
    assert_eq!(metadata["namespace"], "temporal");
    assert_eq!(metadata["labels"]["harness/group"], "base.temporal");
}

#[test]
fn each_group_comes_after_those_it_needs() {
    let groups = objects(&topology(&[]), &local());
    let lines: Vec<String> = groups
        .iter()
        .map(|group| {
            let needs: Vec<String> = group.needs.iter().map(ToString::to_string).collect();
            format!("{} <- {}", group.id, needs.join(" "))
                .trim()
                .to_owned()
        })
        .collect();
    insta::assert_snapshot!(lines.join("\n"), @r"
    base/temporal <-
    job/schema <- base/temporal
    deployment/temporal-frontend <- job/schema
    deployment/temporal-history <- job/schema
    deployment/temporal-matching <- job/schema
    deployment/temporal-worker <- job/schema deployment/temporal-frontend
    deployment/web <- deployment/temporal-frontend
    deployment/worker <- deployment/temporal-frontend deployment/temporal-history deployment/temporal-matching namespace/default
    ");
}

#[test]
fn shown_objects_have_no_secret_and_applied_ones_have_all() {
    let groups = objects(&topology(&[]), &local());
    let encoded = "Y29ycmVjdC1ob3JzZS1iYXR0ZXJ5LXN0YXBsZQ==";
    let shown = format!("{}{groups:?}", yaml(&groups));
    assert!(!shown.contains(PASSWORD) && !shown.contains(encoded));
    let applied: Vec<String> = groups
        .iter()
        .flat_map(Group::manifests)
        .map(|object| object.to_string())
        .collect();
    let carriers = applied.iter().filter(|object| object.contains(encoded));
    assert_eq!(carriers.count(), 1);
}

#[test]
fn every_pod_runs_without_privileges_on_a_read_only_root() {
    for workload in workloads(&objects(&topology(&[]), &local())) {
        let name = workload["metadata"]["name"].clone();
        let spec = &workload["spec"]["template"]["spec"];
        assert_eq!(spec["automountServiceAccountToken"], false, "{name}");
        assert_eq!(spec["securityContext"]["runAsNonRoot"], true, "{name}");
        let seccomp = &spec["securityContext"]["seccompProfile"]["type"];
        assert_eq!(seccomp, "RuntimeDefault", "{name}");
        for container in spec["containers"].as_array().expect("a list") {
            let security = &container["securityContext"];
            assert_eq!(security["readOnlyRootFilesystem"], true, "{name}");
            assert_eq!(security["allowPrivilegeEscalation"], false, "{name}");
            assert_eq!(security["capabilities"]["drop"][0], "ALL", "{name}");
            assert_eq!(container["imagePullPolicy"], "IfNotPresent", "{name}");
            assert!(container["resources"]["limits"]["memory"].is_string());
        }
    }
}

#[test]
fn every_selector_selects_the_pods_of_its_own_service_only() {
    let groups = objects(&topology(&[]), &local());
    let deployments = of_kind(&groups, "Deployment");
    let selects = |selector: &Value, pod: &Value| {
        let labels = &pod["spec"]["template"]["metadata"]["labels"];
        let wanted = selector.as_object().expect("labels");
        wanted.iter().all(|(key, value)| labels[key] == *value)
    };
    for deployment in &deployments {
        let selector = &deployment["spec"]["selector"]["matchLabels"];
        let selected = deployments.iter().filter(|pod| selects(selector, pod));
        assert_eq!(selected.count(), 1, "{selector}");
    }
    for service in of_kind(&groups, "Service") {
        let selector = &service["spec"]["selector"];
        let selected = deployments.iter().filter(|pod| selects(selector, pod));
        assert_eq!(selected.count(), 1, "{selector}");
    }
}

#[test]
fn a_change_of_referenced_configuration_replaces_the_pods() {
    let configuration = |sets: &[&str], site: &Site| -> Vec<(String, String)> {
        let groups = objects(&topology(sets), site);
        let line = |deployment: Value| {
            let annotations = &deployment["spec"]["template"]["metadata"]["annotations"];
            let digest = annotations["harness/configuration"].to_string();
            (deployment["metadata"]["name"].to_string(), digest)
        };
        of_kind(&groups, "Deployment")
            .into_iter()
            .map(line)
            .collect()
    };
    let changed = |sets: &[&str], site: &Site| -> Vec<String> {
        let before = configuration(&[], &local());
        let after = configuration(sets, site);
        let pairs = before.into_iter().zip(after);
        let differ = pairs.filter(|(before, after)| before != after);
        differ.map(|((name, _), _)| name).collect()
    };
    let roles = [
        r#""temporal-frontend""#,
        r#""temporal-history""#,
        r#""temporal-matching""#,
        r#""temporal-worker""#,
    ];
    assert!(changed(&[], &local()).is_empty());
    let sets = ["temporal.dynamic-config.frontend.rps=100"];
    assert_eq!(changed(&sets, &local()), roles);
    let mut site = local();
    site.mysql.password = Secret::new("another");
    assert_eq!(changed(&[], &site), roles);
    assert_eq!(
        changed(&["worker.environment.LEVEL=debug"], &local()),
        [r#""worker""#]
    );
    assert!(changed(&["worker.replicas=3"], &local()).is_empty());
}

#[test]
fn a_changed_schema_job_has_another_name() {
    let name = |site: &Site| {
        let jobs = of_kind(&objects(&topology(&[]), site), "Job");
        jobs[0]["metadata"]["name"].to_string()
    };
    let mut newer = local();
    newer.images.admin_tools = "temporalio/admin-tools:1.33.0".to_owned();
    assert_eq!(name(&local()), name(&local()));
    assert_ne!(name(&local()), name(&newer));
}

#[test]
fn only_more_than_one_replica_has_a_disruption_budget() {
    let groups = objects(&topology(&["worker.replicas=1"]), &local());
    assert!(of_kind(&groups, "PodDisruptionBudget").is_empty());
    let groups = objects(&topology(&["worker.replicas=2"]), &local());
    let budgets = of_kind(&groups, "PodDisruptionBudget");
    assert_eq!(budgets.len(), 1);
    assert_eq!(budgets[0]["metadata"]["name"], "worker");
}

#[test]
fn the_digest_of_a_group_covers_exactly_its_objects() {
    let digests = |sets: &[&str]| -> Vec<(String, String)> {
        let groups = objects(&topology(sets), &local());
        let line = |group: &Group| (group.id.to_string(), group.digest().to_string());
        groups.iter().map(line).collect()
    };
    let before = digests(&[]);
    let changed = |sets: &[&str]| -> Vec<String> {
        let after = digests(sets);
        let new = after.into_iter().filter(|line| !before.contains(line));
        new.map(|(id, _)| id).collect()
    };
    assert!(changed(&[]).is_empty());
    assert_eq!(
        changed(&["temporal.roles.history.replicas=2"]),
        ["deployment/temporal-history"]
    );
    assert_eq!(changed(&["worker.task-queue=other"]), ["deployment/worker"]);
    // The web console opens in the first namespace.
    assert_eq!(
        changed(&["temporal.namespaces=[{name: other}]"]),
        ["deployment/web", "deployment/worker"]
    );
}

#[test]
fn the_whole_topology_fits_on_a_machine_with_two_processors() {
    let millicores = |text: &str| -> u32 {
        let number = text.strip_suffix('m').expect("a part of a processor");
        number.parse().expect("a number")
    };
    let groups = objects(&topology(&[]), &local());
    let requests = workloads(&groups).into_iter().map(|workload| {
        let spec = &workload["spec"]["template"]["spec"]["containers"][0];
        let replicas = workload["spec"]["replicas"].as_u64().unwrap_or(1);
        let cpu = spec["resources"]["requests"]["cpu"].as_str().expect("text");
        u32::try_from(replicas).expect("a small number") * millicores(cpu)
    });
    // The rest is for the cluster itself and for the load generator.
    assert!(requests.sum::<u32>() <= 1000);
}

#[test]
fn an_object_carries_its_group_its_version_and_the_other_objects() {
    let groups = objects(&topology(&[]), &local());
    let history = group(&groups, "deployment/temporal-history");
    for object in history.documents() {
        let metadata = &object["metadata"];
        assert_eq!(
            metadata["labels"]["harness/group"],
            "deployment.temporal-history"
        );
        let digest = history.digest().to_string();
        assert_eq!(metadata["annotations"]["harness/digest"], digest);
        assert_eq!(
            metadata["annotations"]["harness/objects"],
            "ServiceAccount/temporal-history NetworkPolicy/temporal-history Deployment/temporal-history"
        );
        assert_eq!(metadata["annotations"]["harness/needs"], "job/schema");
    }
}

#[test]
fn a_secret_of_a_worker_is_in_a_secret_of_its_own_and_replaces_its_pods_when_it_changes() {
    let set = "worker.environment={LEVEL: debug, API_KEY: {secret-variable: ORDERS_KEY}}";
    let topology = topology(&[set]);
    let of = |key: &str| {
        let environment = Environment::default().with("ORDERS_KEY", key);
        let mut site = local();
        site.secrets = WorkerSecrets::read(&topology, &environment).expect("it is set");
        objects(&topology, &site)
    };
    let groups = of("swordfish");
    let worker = group(&groups, "deployment/worker");
    assert!(!worker.to_yaml().contains("swordfish"), "it is not shown");
    let manifests = worker.manifests();
    let of_kind = |kind: &str| {
        let mut manifests = manifests.iter();
        manifests
            .find(|it| it["kind"] == kind)
            .expect("it is there")
    };
    let secret = of_kind("Secret");
    assert_eq!(secret["metadata"]["name"], "worker");
    assert_eq!(secret["data"]["API_KEY"], "c3dvcmRmaXNo");
    let pod = &of_kind("Deployment")["spec"]["template"];
    let variables = pod["spec"]["containers"][0]["env"].as_array();
    let variables = variables.expect("a list");
    let named = |name: &str| variables.iter().find(|it| it["name"] == name);
    insta::assert_snapshot!(named("API_KEY").expect("it is there"), @r#"{"name":"API_KEY","valueFrom":{"secretKeyRef":{"key":"API_KEY","name":"worker"}}}"#);
    assert_eq!(named("LEVEL").expect("it is there")["value"], "debug");

    let other = of("another");
    let configuration = |groups: &[Group]| {
        let manifests = group(groups, "deployment/worker").manifests();
        let mut manifests = manifests.into_iter();
        let deployment = manifests.find(|it| it["kind"] == "Deployment");
        let template = deployment.expect("it is there")["spec"]["template"].clone();
        template["metadata"]["annotations"][pod::CONFIGURATION].clone()
    };
    assert_ne!(configuration(&groups), configuration(&other));
}
