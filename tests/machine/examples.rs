//! The examples of `harness init`, as a user runs them: written into an empty folder, prepared with
//! the language's own tools and registry, brought up, tested, taken down. Then the same with what
//! `init` finds in their sources.
//!
//! What the tools fetch is kept in Cargo's folder for files of tests, so that a second run fetches
//! nothing.

use std::process::{Command, Stdio};

use camino::Utf8PathBuf;
use support::{Look as _, Place, proofs, scratch};
use testing::need::{Need, succeeds};

const GO: Need = Need {
    name: "go",
    look: || succeeds("go", &["version"]),
};

const JAVA: Need = Need {
    name: "java",
    look: || succeeds("mvn", &["--version"]),
};

const NODE: Need = Need {
    name: "node",
    look: || succeeds("npm", &["--version"]),
};

const PYTHON: Need = Need {
    name: "python",
    look: || succeeds("python3", &["-m", "venv", "--help"]),
};

pub(crate) mod go {
    testing::tests!([super::GO]; blocking: the_example_in_go_runs);

    fn the_example_in_go_runs() {
        super::runs("go");
    }
}

pub(crate) mod java {
    testing::tests!([super::JAVA]; blocking: the_example_in_java_runs);

    fn the_example_in_java_runs() {
        super::runs("java");
    }
}

pub(crate) mod python {
    testing::tests!([super::PYTHON]; blocking: the_example_in_python_runs);

    fn the_example_in_python_runs() {
        super::runs("python");
    }
}

pub(crate) mod typescript {
    testing::tests!([super::NODE]; blocking: the_example_in_typescript_runs);

    fn the_example_in_typescript_runs() {
        super::runs("typescript");
    }
}

/// The home of the tools and of the workers.
fn home() -> Utf8PathBuf {
    scratch().join("examples")
}

fn runs(language: &str) {
    let place = Place::new();
    let without_documents = || {
        for folder in ["profiles", "scenarios"] {
            fs_err::remove_dir_all(place.root().join(folder)).expect("it is there");
        }
    };
    without_documents();
    fs_err::create_dir_all(home()).expect("writable");
    let run = |words: &[&str]| {
        let variables = variables().into_iter();
        let whole = variables.fold(place.harness(words), |it, (name, value)| {
            it.env(name, value)
        });
        whole.env("HOME", home()).run()
    };
    let init = ["init", "--example", language, "--yes", "--output", "json"];
    let init = run(&init).exits(0).json();
    let next: Vec<&str> = init["next"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|line| line.as_str())
        .collect();
    let [install @ .., "harness up", "harness test"] = &next[..] else {
        panic!("{next:?} are to start and to test");
    };
    for command in install {
        self::install(&place, command);
    }
    // The worker does not see the variables of the tools.
    let set = format!("worker.environment={{MAVEN_OPTS: '{}'}}", maven());
    let passes = || {
        widen(&place);
        run(&["up", "--set", &set]).exits(0);
        let test = run(&["test", "--set", &set, "--output", "json"]);
        let reports = proofs(&place, &test);
        assert_eq!(reports.len(), 1, "one scenario: {test}");
        assert_eq!(reports[0]["scenario"], "smoke");
        place.down();
    };
    passes();
    without_documents();
    run(&["init", "--yes"]).exits(0).says("worker command: ");
    passes();
}

/// Runs the printed command in a shell, as the user does.
fn install(place: &Place, command: &str) {
    let mut shell = Command::new("sh");
    shell.args(["-c", command]).current_dir(place.root());
    shell.stdin(Stdio::null()).envs(variables());
    let output = shell.output().expect("there is a shell");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "`{command}` failed: {said}");
}

/// What makes Maven keep in [`home`] what it fetches.
fn maven() -> String {
    format!("-Dmaven.repo.local={}/m2", home())
}

/// What makes the tools keep in [`home`] what they fetch.
fn variables() -> Vec<(&'static str, String)> {
    let home = home();
    let folders = [
        ("GOPATH", "go"),
        ("GOMODCACHE", "go/pkg/mod"),
        ("GOCACHE", ".cache/go-build"),
        ("PIP_CACHE_DIR", "pip"),
        ("npm_config_cache", ".npm"),
    ];
    let folders = folders.map(|(variable, folder)| (variable, home.join(folder).into_string()));
    let others = [
        // Otherwise nobody but root can delete the folder.
        ("GOFLAGS", "-modcacherw".to_owned()),
        ("MAVEN_OPTS", maven()),
    ];
    folders.into_iter().chain(others).collect()
}

/// Gives the scenario bounds that a busy machine meets.
fn widen(place: &Place) {
    let path = place.root().join("scenarios/smoke.yaml");
    let mut text = fs_err::read_to_string(&path).expect("it is written");
    for (tight, wide) in [
        ("drain: 30s", "drain: 10m"),
        ("generator-delay: 2s", "generator-delay: 1h"),
    ] {
        assert!(text.contains(tight), "{tight} in {text}");
        text = text.replace(tight, wide);
    }
    fs_err::write(path, text).expect("writable");
}
