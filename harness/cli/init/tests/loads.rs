//! Whatever a plan writes loads.

use std::io;

use camino::Utf8Path;
use proptest::prelude::*;
use serde_json::Value;

use super::super::{Answers, Argument, Load, Plan, Request, Worker, check};
use super::plans::answers;

fn plan(answers: &Answers, has_image: bool, kept: Option<(&str, &str)>) -> Plan {
    let request = Request {
        answers,
        has_image,
        github: false,
        install: Vec::new(),
        example: None,
    };
    Plan::of(&request, &|path| {
        let (kept, text) = kept?;
        (path == kept).then(|| text.to_owned())
    })
}

fn nothing(_: &Utf8Path) -> io::Result<String> {
    Err(io::ErrorKind::NotFound.into())
}

/// A JSON value without `{`, `%` and `#` in its strings, which begin templates.
fn json() -> impl Strategy<Value = Value> {
    let text = "([^{%#\0]){0,8}";
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        (-1e9..1e9).prop_map(Value::from),
        text.prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(text, inner, 0..4)
                .prop_map(|map| map.into_iter().collect::<serde_json::Map<_, _>>().into()),
        ]
    })
}

fn words() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec("([^\0]|[a-z./:=-]){1,12}", 1..5)
}

proptest! {
    #[test]
    fn whatever_is_written_loads(
        command in words(),
        prepare in prop::option::of(words()),
        queue in "([a-zA-Z0-9_.:#'\"{}*&!%@-]|\\PC){1,20}",
        kind in "([a-zA-Z0-9_.:#'\" -]|\\PC){1,20}",
        input in prop::collection::vec((json(), any::<bool>()), 0..4),
        has_image in any::<bool>(),
    ) {
        prop_assume!(queue.parse::<model::profile::TaskQueueName>().is_ok());
        prop_assume!(!kind.trim().is_empty());
        let input: Vec<Argument> = input
            .iter()
            .map(|(value, is_pretty)| {
                let text = if *is_pretty { format!("{value:#}") } else { value.to_string() };
                serde_json::from_str(&text).expect("JSON")
            })
            .collect();
        let answers = Answers {
            worker: Some(Worker {
                command: command.clone(),
                prepare: prepare.clone(),
                task_queue: queue.clone(),
            }),
            load: Some(Load { workflow_type: kind.clone(), input, result: None }),
        };
        let plan = plan(&answers, has_image, None);
        let loaded = check(&plan, &nothing);
        prop_assert!(loaded.is_ok(), "{:?}", loaded);
        // And the values are those that were given.
        let base = plan.created("profiles/base.yaml".into()).expect("it is written");
        let base: Value = model::document::parse("x", base).expect("YAML");
        prop_assert_eq!(&base["worker"]["task-queue"], &queue);
        prop_assert_eq!(&base["worker"]["run"]["command"], &serde_json::json!(command));
        prop_assert_eq!(&base["worker"]["run"]["prepare"], &serde_json::json!(prepare));
        let smoke = plan.created("scenarios/smoke.yaml".into()).expect("it is written");
        let smoke: Value = model::document::parse("x", smoke).expect("YAML");
        prop_assert_eq!(&smoke["workload"][0]["workflow"]["type"], &kind);
    }
}

#[test]
fn arguments_are_those_that_were_given() {
    let text = r#"{"a": [1, -2.5e3, null], "ü": "x: y\n\"z\" 😀 \u0007\u2028"}"#;
    let mut answers = answers();
    answers.load.as_mut().expect("a load").input = vec![serde_json::from_str(text).expect("JSON")];
    let plan = plan(&answers, false, None);
    check(&plan, &nothing).expect("it loads");
    let smoke = plan.created("scenarios/smoke.yaml".into());
    let smoke: Value = model::document::parse("x", smoke.expect("written")).expect("YAML");
    let given: Value = serde_json::from_str(text).expect("JSON");
    assert_eq!(smoke["workload"][0]["workflow"]["input"][0], given);
}

#[test]
fn a_template_that_is_wrong_is_refused() {
    let mut answers = answers();
    answers.load.as_mut().expect("a load").input = vec![Argument::template("{{ nmae }}")];
    let error = check(&plan(&answers, false, None), &nothing).expect_err("there is no such name");
    let causes: Vec<String> = base::causes::of(&error).map(ToString::to_string).collect();
    assert!(causes[0].contains("nmae"), "{causes:?}");
}

#[test]
fn a_profile_that_stays_is_the_one_that_is_loaded() {
    let broken = "name: [";
    let plan = plan(&answers(), true, Some(("profiles/base.yaml", broken)));
    let error = check(&plan, &|path| match path.as_str() {
        "profiles/base.yaml" => Ok(broken.to_owned()),
        _ => nothing(path),
    });
    assert!(error.is_err());
    check(&plan, &nothing).expect("the built-in profile is there instead");
}
