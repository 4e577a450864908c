//! Plans: nothing that exists is overwritten, and a second plan changes nothing.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};
use insta::assert_snapshot;

use super::super::{Action, Answers, Argument, Language, Load, Plan, Request, Worker};

type Files = BTreeMap<Utf8PathBuf, String>;

pub(super) fn answers() -> Answers {
    Answers {
        worker: Some(Worker {
            command: vec!["bin/worker".to_owned()],
            prepare: Some(
                ["go", "build", "-o", "bin/worker", "./worker"]
                    .map(str::to_owned)
                    .to_vec(),
            ),
            task_queue: "orders".to_owned(),
        }),
        load: Some(Load {
            workflow_type: "Order".to_owned(),
            input: vec![
                Argument::template("{{ name }}"),
                serde_json::from_str("{\"n\": 1}").expect("JSON"),
            ],
            result: None,
        }),
    }
}

fn everything(answers: &Answers) -> Request<'_> {
    Request {
        answers,
        has_image: true,
        github: true,
        install: vec!["npm ci".to_owned()],
        example: None,
    }
}

fn plan(request: &Request<'_>, files: &Files) -> Plan {
    Plan::of(request, &|path: &Utf8Path| files.get(path).cloned())
}

/// The files after a plan.
fn after(plan: &Plan, mut files: Files) -> Files {
    for step in &plan.steps {
        match step.action {
            Action::Keep => {}
            Action::Create => {
                let before = files.insert(step.path.clone(), step.content.clone());
                assert_eq!(before, None, "{} existed", step.path);
            }
            Action::Append => {
                let text = files.get_mut(&step.path).expect("it exists");
                text.push_str(&step.content);
            }
        }
    }
    files
}

fn file(files: &Files, path: &str) -> String {
    files[Utf8Path::new(path)].clone()
}

#[test]
fn a_bare_folder_gets_profile_and_scenario_only() {
    let answers = answers();
    let request = Request {
        has_image: false,
        github: false,
        ..everything(&answers)
    };
    let plan = plan(&request, &Files::new());
    assert_snapshot!(plan, @"
    create profiles/base.yaml
    create profiles/profile.schema.json
    create scenarios/smoke.yaml
    create scenarios/scenario.schema.json
    create .gitignore
    ");
    let files = after(&plan, Files::new());
    assert_snapshot!(file(&files, "profiles/base.yaml"), @r#"
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
      task-queue: orders
      # The harness starts this program in the folder above `profiles`. k3d and Azure need an image
      # instead: `image`, or `build` with a folder that has a Dockerfile.
      run:
        command: [bin/worker]
        # Runs before the worker starts.
        prepare: [go, build, -o, bin/worker, ./worker]

    # The worker serves no HTTP.
    starter:
      mode: "off"
    "#);
    assert_snapshot!(file(&files, "scenarios/smoke.yaml"), @r##"
    # yaml-language-server: $schema=scenario.schema.json
    apiVersion: harness/v1
    kind: Scenario
    name: smoke
    description: Two workflows at a time; none is lost, and all complete

    workload:
      - name: smoke
        executor:
          constant-concurrency: {users: 2}
        workflow:
          type: Order
          input: ["{{ name }}", {"n": 1}]
          # With the result that every workflow must return, add the invariant
          # `right-result` below.
          # result: "Hello {{ name }}!"

    phases: {baseline: 5s, drain: 30s}

    expect:
      phases:
        baseline: {error-rate: "< 1%"}
      # The load generator, the server and the worker may share two cores.
      generator-delay: 2s
      invariants: [no-lost-start, all-closed, history-integrity]
    "##);
}

#[test]
fn a_second_plan_changes_nothing() {
    let answers = answers();
    let first = plan(&everything(&answers), &Files::new());
    assert_snapshot!(first, @"
    create profiles/base.yaml
    create profiles/k3d.yaml
    create profiles/profile.schema.json
    create scenarios/smoke.yaml
    create scenarios/scenario.schema.json
    create .gitignore
    create .dockerignore
    create .github/workflows/harness.yaml
    ");
    let files = after(&first, Files::new());
    let nothing = Answers::default();
    let second = plan(&everything(&nothing), &files);
    assert!(second.is_empty(), "{second}");
    assert_eq!(after(&second, files.clone()), files);
}

#[test]
fn what_exists_stays_as_it_is() {
    let answers = answers();
    let own = [
        "profiles/base.yaml",
        "profiles/k3d.yaml",
        "profiles/profile.schema.json",
        "scenarios/smoke.yaml",
        "scenarios/scenario.schema.json",
        ".github/workflows/harness.yaml",
    ];
    let mut files: Files = own.map(|path| (path.into(), format!("my {path}"))).into();
    files.insert(".gitignore".into(), "target".to_owned());
    files.insert(".dockerignore".into(), "/.harness\n".to_owned());
    let plan = plan(&everything(&answers), &files);
    assert_snapshot!(plan, @"
    keep profiles/base.yaml: it exists
    keep profiles/k3d.yaml: it exists
    keep profiles/profile.schema.json: it exists
    keep scenarios/smoke.yaml: it exists
    keep scenarios/scenario.schema.json: it exists
    append .harness/ to .gitignore
    keep .dockerignore: it exists
    keep .github/workflows/harness.yaml: it exists
    ");
    let after = after(&plan, files.clone());
    assert_eq!(file(&after, ".gitignore"), "target\n.harness/\n");
    for path in own {
        assert_eq!(file(&after, path), format!("my {path}"));
    }
}

#[test]
fn the_state_is_ignored_in_every_usual_spelling() {
    let answers = answers();
    for line in [
        ".harness",
        ".harness/",
        "/.harness",
        "/.harness/",
        "**/.harness/",
        ".harness/*",
    ] {
        let files = Files::from([(".gitignore".into(), format!("x\n{line}\n"))]);
        let plan = plan(&everything(&answers), &files);
        let step = plan.steps.iter().find(|step| step.path == ".gitignore");
        assert_eq!(step.expect("a step").action, Action::Keep, "{line}");
    }
    let files = Files::from([(".gitignore".into(), "# .harness/\nmy.harness/\n".to_owned())]);
    let plan = plan(&everything(&answers), &files);
    let step = plan.steps.iter().find(|step| step.path == ".gitignore");
    assert_eq!(step.expect("a step").action, Action::Append);
}

#[test]
fn an_example_is_in_the_way_of_nothing() {
    let example = Language::Go.example();
    let answers = example.answers("hello");
    let request = Request {
        example: Some(example),
        ..everything(&answers)
    };
    let written = after(&plan(&request, &Files::new()), Files::new());
    let conflicts = |files: &Files| {
        let existing = |path: &Utf8Path| files.get(path).cloned();
        example.conflicts(&answers, &existing)
    };
    assert_eq!(conflicts(&Files::new()), [""; 0]);
    assert_eq!(
        conflicts(&written),
        [""; 0],
        "its own files are no conflict"
    );
    for path in ["go.mod", "profiles/base.yaml", "scenarios/smoke.yaml"] {
        let mut files = written.clone();
        files.insert(path.into(), "mine\n".to_owned());
        assert_eq!(conflicts(&files), [path]);
    }
}

#[test]
fn a_plan_that_is_carried_out_replaces_no_file_that_came_meanwhile() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = Utf8Path::from_path(folder.path()).expect("UTF-8");
    let answers = answers();
    let plan = plan(&everything(&answers), &Files::new());
    fs_err::create_dir(root.join("scenarios")).expect("writable");
    fs_err::write(root.join("scenarios/smoke.yaml"), "mine").expect("writable");
    let error = plan.carry_out(root).expect_err("the file is in the way");
    assert!(error.to_string().contains("smoke.yaml"), "{error}");
    let kept = fs_err::read_to_string(root.join("scenarios/smoke.yaml"));
    assert_eq!(kept.expect("it is there"), "mine");
}

#[test]
fn the_workflow_for_github_is_yaml_and_keeps_hidden_reports() {
    for install in [vec![], vec!["npm ci".to_owned(), "uv sync".to_owned()]] {
        let text = super::super::ci::github(&install);
        let document: serde_json::Value = model::document::parse("x", &text).expect("YAML");
        let steps = document["jobs"]["test"]["steps"].as_array();
        let steps = steps.expect("steps");
        assert_eq!(steps.len(), if install.is_empty() { 4 } else { 5 });
        let keep = steps.last().expect("a step");
        assert_eq!(keep["with"]["path"], ".harness/**/reports");
        assert_eq!(keep["with"]["include-hidden-files"], true);
        let installed = steps.iter().filter_map(|step| step["run"].as_str());
        let installed: Vec<&str> = installed.filter(|run| run.contains("npm")).collect();
        assert_eq!(installed.len(), install.len().min(1));
    }
}
