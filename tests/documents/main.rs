//! Every document of the project is right: by the code that reads it, and by the schema that an
//! editor checks it against.

mod canaries;

use std::collections::BTreeMap;

use backend::Place;
use backend::run_id::RunId;
use camino::Utf8Path;
use model::profile;
use model::profile::{Profile, Reader, Request, Source};
use scenario::{Document, Environment, Resolution};
use serde_json::Value;

/// A profile loads once it has a backend, is called like its file, and follows its schema.
#[expect(clippy::needless_pass_by_value, reason = "the signature is datatest's")]
fn profile(path: &Utf8Path, text: String) -> datatest_stable::Result<()> {
    let request = Request {
        source: Source::File(path.to_owned()),
        // A profile that others extend leaves its backend to them.
        sets: if text.contains("\nbackend:") {
            Vec::new()
        } else {
            vec!["backend={simulated: {}}".to_owned()]
        },
    };
    let profile = load(&request)?;
    assert_eq!(Some(profile.name.as_str()), path.file_stem());
    follows(&model::profile::json_schema(), "profile.schema.json", &text)
}

/// A scenario resolves for the local profile, is called as its file is, and follows its schema.
/// Whether the place can express its faults is another matter.
fn scenario(path: &Utf8Path, text: String) -> datatest_stable::Result<()> {
    follows(&scenario::json_schema(), "scenario.schema.json", &text)?;
    let document = Document::parse(path.as_str(), text.clone())?;
    assert_eq!(Some(&*document.scenario.name.value), path.file_stem());
    resolve(path, text, 1)?;
    Ok(())
}

/// What a scenario becomes with the local profile.
fn resolve(path: &Utf8Path, text: String, seed: u64) -> datatest_stable::Result<Resolution> {
    let document = Document::parse(path.as_str(), text)?;
    let local = Request {
        source: Source::File("profiles/local.yaml".into()),
        sets: Vec::new(),
    };
    let environment = Environment {
        topology: &load(&local)?.topology(),
        place: &Place {
            backend: "process".to_owned(),
            engine: "dev-server".to_owned(),
            database: "sqlite".to_owned(),
            cluster: None,
        },
        levers: &BTreeMap::new(),
    };
    let run = RunId::new(seed, jiff::Timestamp::UNIX_EPOCH);
    Ok(scenario::resolve(&document, seed, run, environment)?)
}

fn load(request: &Request) -> Result<Profile, profile::Error> {
    let reader = Reader {
        read: |path: &Utf8Path| fs_err::read_to_string(path),
        list: |_: &Utf8Path| Vec::new(),
    };
    profile::load(request, &reader)
}

/// Checks a document against a schema, and that its first line tells editors of it.
fn follows(schema: &Value, file: &str, text: &str) -> datatest_stable::Result<()> {
    let first = text.lines().next();
    let expected = format!("# yaml-language-server: $schema={file}");
    assert_eq!(first, Some(&*expected), "the first line names the schema");
    let document: Value = model::document::parse("document", text)?;
    jsonschema::draft7::validate(schema, &document).map_err(|error| error.to_string().into())
}

datatest_stable::harness! {
    { test = profile, root = "profiles", pattern = r"\.yaml$" },
    { test = scenario, root = "scenarios", pattern = r"\.yaml$" },
    { test = canaries::mix, root = "scenarios", pattern = r"mix\.yaml$" },
}
