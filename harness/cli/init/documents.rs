//! The texts of the files that `init` writes.

use model::yaml;

use super::answers::{Argument, Load, Worker};

/// The profile `base` with the user's worker.
pub(super) fn base(worker: &Worker) -> String {
    let words = |words: &[String]| yaml::list(words.iter().map(|word| yaml::string(word)));
    let command = words(&worker.command);
    let prepare = match &worker.prepare {
        Some(prepare) => format!(
            "    # Runs before the worker starts.\n    prepare: {}\n",
            words(prepare)
        ),
        None => String::new(),
    };
    let queue = yaml::string(&worker.task_queue);
    format!(
        "\
# yaml-language-server: $schema=profile.schema.json
#
# What runs, in every place. This file changes the built-in profile `base`, which the built-in
# profiles `local`, `server`, `k3d`, `azure` and `existing` extend. The verb `profile show` prints
# all values.
apiVersion: harness/v1
kind: Profile
name: base
extends: base
description: Temporal with the worker of this repository

worker:
  replicas: 1
  task-queue: {queue}
  # The harness starts this program in the folder above `profiles`. k3d and Azure need an image
  # instead: `image`, or `build` with a folder that has a Dockerfile.
  run:
    command: {command}
{prepare}
# The worker serves no HTTP.
starter:
  mode: \"off\"
"
    )
}

/// The profile `k3d` with the image of the repository's Dockerfile.
pub(super) const K3D: &str = "\
# yaml-language-server: $schema=profile.schema.json
#
# A local Kubernetes cluster. The worker is the image that the Dockerfile builds.
apiVersion: harness/v1
kind: Profile
name: k3d
extends: k3d
description: A local Kubernetes cluster with the worker of this repository as an image

worker:
  run: {build: .}
";

/// A scenario that starts one workflow type.
pub(super) fn smoke(load: &Load) -> String {
    let kind = yaml::string(&load.workflow_type);
    let mut workflow = vec![format!("type: {kind}")];
    if !load.input.is_empty() {
        if load.is_incomplete() {
            workflow.push("# Fill in the fields of `{}`.".into());
        }
        let input = yaml::list(load.input.iter().map(Argument::yaml));
        workflow.push(format!("input: {input}"));
    }
    let invariants = if let Some(result) = &load.result {
        workflow.push(format!("result: {}", result.yaml()));
        "no-lost-start, right-result, all-closed, history-integrity"
    } else {
        workflow
            .push("# With the result that every workflow must return, add the invariant".into());
        workflow.push("# `right-result` below.".into());
        workflow.push("# result: \"Hello {{ name }}!\"".into());
        "no-lost-start, all-closed, history-integrity"
    };
    let workflow: String = workflow
        .iter()
        .flat_map(|line| ["      ", line, "\n"])
        .collect();
    format!(
        "\
# yaml-language-server: $schema=scenario.schema.json
apiVersion: harness/v1
kind: Scenario
name: smoke
description: Two workflows at a time; none is lost, and all complete

workload:
  - name: smoke
    executor:
      constant-concurrency: {{users: 2}}
    workflow:
{workflow}
phases: {{baseline: 5s, drain: 30s}}

expect:
  phases:
    baseline: {{error-rate: \"< 1%\"}}
  # The load generator, the server and the worker may share two cores.
  generator-delay: 2s
  invariants: [{invariants}]
"
    )
}
