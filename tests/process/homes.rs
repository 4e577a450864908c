//! Homes and environments in which the user has set things for other clusters.

use std::time::SystemTime;

use camino::{Utf8Path, Utf8PathBuf};
use fs_err as fs;
use support::{Invocation, Look as _, Place, eventually, proofs};

/// Settings that would lead every client of Temporal elsewhere, or nowhere.
const PROFILE: &str = r#"
[profile.default]
address = "temporal.example:7233"
namespace = "elsewhere"
api_key = "not-to-be-sent"
"#;

/// Of what the user has set, the files by which the programs behind the harness could be misled.
const FILES: [(&str, &str); 8] = [
    (".config/temporalio/temporal.toml", PROFILE),
    (
        "Library/Application Support/temporalio/temporal.toml",
        PROFILE,
    ),
    (
        ".config/temporalio/temporal.yaml",
        "env:\n  default:\n    address: temporal.example:7233\n    db-filename: /elsewhere.db\n    port: \"1\"\n",
    ),
    (
        ".docker/config.json",
        r#"{"currentContext": "elsewhere", "credsStore": "nobody"}"#,
    ),
    (".kube/config", "this: is: no: kubeconfig"),
    (
        ".my.cnf",
        "[client]\nhost=elsewhere\nport=1\nssl-mode=VERIFY_CA\n",
    ),
    (".azure/config", "[cloud]\nname = Elsewhere\n"),
    (".config/k3d/config.yaml", "servers: 7\n"),
];

/// Variables of the same kind.
const VARIABLES: [(&str, &str); 26] = [
    ("TEMPORAL_ADDRESS", "temporal.example:7233"),
    ("TEMPORAL_NAMESPACE", "elsewhere"),
    ("TEMPORAL_API_KEY", "not-to-be-sent"),
    ("TEMPORAL_PROFILE", "elsewhere"),
    ("TEMPORAL_ENV", "elsewhere"),
    ("TEMPORAL_TLS", "true"),
    ("TEMPORAL_TLS_SERVER_CA_CERT_PATH", "/nowhere/ca.pem"),
    ("TEMPORAL_TLS_DISABLE_HOST_VERIFICATION", "perhaps"),
    ("TEMPORAL_CODEC_ENDPOINT", "http://elsewhere.example"),
    ("TEMPORAL_GRPC_META_AUTHORIZATION", "not-to-be-sent"),
    ("TEMPORAL_TASK_QUEUE", "elsewhere"),
    ("STARTER_ADDRESS", "192.0.2.1:1"),
    ("WORKER_WORKFLOW_POLLERS", "none"),
    ("SQL_HOST", "elsewhere"),
    ("SQL_PASSWORD", "not-to-be-sent"),
    ("MYSQL_PWD", "not-to-be-sent"),
    ("MYSQL_HOST", "elsewhere"),
    ("KUBECONFIG", "/nowhere/kubeconfig"),
    ("DOCKER_CONTEXT", "elsewhere"),
    ("HTTP_PROXY", "http://192.0.2.1:1"),
    ("HTTPS_PROXY", "http://192.0.2.1:1"),
    ("ALL_PROXY", "http://192.0.2.1:1"),
    ("http_proxy", "http://192.0.2.1:1"),
    ("https_proxy", "http://192.0.2.1:1"),
    ("all_proxy", "http://192.0.2.1:1"),
    ("GRPC_PROXY", "http://192.0.2.1:1"),
];

/// Puts such files into the home of a place.
fn furnish(place: &Place) {
    for (name, content) in FILES {
        let path = place.beside_root("home").join(name);
        fs::create_dir_all(path.parent().expect("it is in a folder")).expect("writable");
        fs::write(path, content).expect("writable");
    }
}

/// Every file below a folder, with what is in it and when it was last written to.
fn inventory(folder: &Utf8Path) -> Vec<(Utf8PathBuf, String, SystemTime)> {
    let mut all = Vec::new();
    for entry in folder.read_dir_utf8().expect("it is there") {
        let path = entry.expect("it is read").into_path();
        if path.is_dir() {
            all.extend(inventory(&path));
        } else {
            let content = fs::read_to_string(&path).expect("text");
            let written = path.metadata().and_then(|file| file.modified());
            all.push((path, content, written.expect("files have a date")));
        }
    }
    all.sort();
    all
}

/// A command in such an environment.
fn misled(place: &Place, arguments: &[&str]) -> Invocation {
    let command = place.harness(arguments);
    VARIABLES
        .into_iter()
        .fold(command, |command, (name, value)| command.env(name, value))
}

#[test]
fn what_the_user_has_set_for_other_clusters_is_neither_heeded_nor_changed() {
    let place = Place::new();
    furnish(&place);
    let home = place.beside_root("home");
    let before = inventory(&home);
    assert_eq!(before.len(), FILES.len());
    misled(&place, &["up"]).run().exits(0);
    misled(&place, &["status"]).run().exits(0);
    let smoke = ["test", "scenarios/smoke.yaml", "--output", "json"];
    proofs(&place, &misled(&place, &smoke).run());
    misled(&place, &["down"]).run().exits(0);
    place.assert_nothing_is_left(&[]);
    assert_eq!(inventory(&home), before);
}

/// A worker that writes down what it finds, and then does its work.
const CURIOUS: &str = "env > {found}.part && mv {found}.part {found}\nexec {worker}";

/// What a curious worker of a place has found, by name.
fn found(place: &Place, name: &str) -> Option<String> {
    let path = place.beside_root("found");
    let text = eventually("what the worker found", || fs::read_to_string(&path).ok());
    let prefix = format!("{name}=");
    let mut lines = text.lines();
    lines.find_map(|line| Some(line.strip_prefix(&prefix)?.to_owned()))
}

fn curious() -> Place {
    let place = Place::with_worker_script("");
    let found = place.beside_root("found");
    place.worker_script(&CURIOUS.replace("{found}", found.as_str()));
    place
}

#[test]
fn a_worker_has_the_users_home_and_none_of_his_profiles() {
    let place = curious();
    furnish(&place);
    let up = misled(&place, &["up"]).env("JAVA_HOME", "/opt/java");
    up.run().exits(0);
    let home = place.beside_root("home");
    assert_eq!(found(&place, "JAVA_HOME").as_deref(), Some("/opt/java"));
    assert_eq!(found(&place, "HOME").as_deref(), Some(home.as_str()));
    let profile = found(&place, "TEMPORAL_CONFIG_FILE").expect("it is set");
    assert_eq!(fs::read_to_string(profile).expect("it is there"), "");
    for (name, value) in VARIABLES {
        assert_ne!(found(&place, name).as_deref(), Some(value), "{name}");
    }
    place.down();
}

#[test]
fn a_worker_that_is_told_of_a_profile_finds_it() {
    let place = curious();
    let file = place.beside_root("mine.toml");
    fs::write(&file, "[profile.default]\n[profile.mine]\n").expect("writable");
    let set = format!("worker.environment.TEMPORAL_CONFIG_FILE={file}");
    let place = place
        .set(set)
        .set("worker.environment.TEMPORAL_PROFILE=mine");
    place.up();
    assert_eq!(
        found(&place, "TEMPORAL_CONFIG_FILE").as_deref(),
        Some(file.as_str())
    );
    assert_eq!(found(&place, "TEMPORAL_PROFILE").as_deref(), Some("mine"));
    place.down();
}
