//! An example of a workflow for GitHub Actions.

use camino::Utf8Path;

use super::tree::{PYTHONS, Tree};

/// The workflow. `install` are shell commands that the worker needs before it starts.
pub(super) fn github(install: &[String]) -> String {
    let install: String = if install.is_empty() {
        String::new()
    } else {
        let lines: String = install
            .iter()
            .flat_map(|line| ["          ", line, "\n"])
            .collect();
        format!("      - name: Install what the worker needs\n        run: |\n{lines}\n")
    };
    format!(
        "\
# Starts Temporal and the worker of this repository, and runs the scenarios of `scenarios`.
name: harness

on:
  push:
  pull_request:

permissions:
  contents: read

jobs:
  test:
    runs-on: ubuntu-latest
    timeout-minutes: 30
    steps:
      - uses: actions/checkout@v4

      # REPLACE THIS STEP. It must put the program `harness` on PATH, for example from a release or
      # an image of your own. Until then it fails, unless the runner has the program.
      - name: Put harness on PATH
        run: |
          command -v harness || {{
            echo '::error::edit .github/workflows/harness.yaml: nothing puts harness on PATH'
            exit 1
          }}

{install}      - name: Run the scenarios
        # The runner has Docker; the worker is a program, so it runs as a process.
        run: harness test --backend process

      - name: Keep the reports
        if: always()
        uses: actions/upload-artifact@v4
        with:
          name: harness-reports
          path: .harness/**/reports
          include-hidden-files: true
          if-no-files-found: ignore
"
    )
}

/// Whether a folder is the root of a repository that GitHub hosts, as far as can be seen.
pub fn is_on_github(root: &Utf8Path) -> bool {
    let config = fs_err::read_to_string(root.join(".git/config")).unwrap_or_default();
    let remote = config
        .lines()
        .any(|line| line.trim_start().starts_with("url") && line.contains("github.com"));
    root.join(".github").is_dir() || remote
}

/// The shell commands that install what the worker of a repository needs, as far as the manifests at
/// its root tell. Go, Cargo, Maven and Gradle fetch what is missing by themselves. Python's packages
/// go into the virtual environment that the worker's command names.
pub fn install_commands(tree: &Tree, command: &[String]) -> Vec<String> {
    let node = if tree.has("pnpm-lock.yaml") {
        Some("pnpm install --frozen-lockfile")
    } else if tree.has("yarn.lock") {
        Some("yarn install --frozen-lockfile")
    } else if tree.has("package-lock.json") {
        Some("npm ci")
    } else {
        tree.has("package.json").then_some("npm install")
    };
    let node = node.map(str::to_owned);
    node.into_iter().chain(python(tree, command)).collect()
}

/// Those of Python.
fn python(tree: &Tree, command: &[String]) -> Vec<String> {
    if tree.has("uv.lock") {
        return vec!["uv sync".to_owned()];
    }
    if tree.has("poetry.lock") {
        return vec!["poetry install".to_owned()];
    }
    let packages = if tree.has("requirements.txt") {
        "-r requirements.txt"
    } else if tree.has("pyproject.toml") || tree.has("setup.py") {
        "."
    } else {
        return Vec::new();
    };
    let own = PYTHONS
        .into_iter()
        .find(|python| command.first().is_some_and(|program| program == python));
    let environment = own.and_then(|python| python.strip_suffix("/bin/python"));
    let create = environment.map(|folder| format!("python3 -m venv {folder}"));
    let python = own.unwrap_or("python3");
    let install = format!("{python} -m pip install {packages}");
    create.into_iter().chain([install]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(files: &[&str], program: &str) -> Vec<String> {
        let tree = Tree::of("x", files.iter().map(|path| (*path, "")));
        install_commands(&tree, &[program.to_owned()])
    }

    #[test]
    fn python_packages_go_where_the_worker_looks_for_them() {
        assert_eq!(
            of(&["requirements.txt"], "venv/bin/python"),
            [
                "python3 -m venv venv",
                "venv/bin/python -m pip install -r requirements.txt"
            ]
        );
        assert_eq!(
            of(&["pyproject.toml"], "python3"),
            ["python3 -m pip install ."]
        );
        assert_eq!(of(&["pyproject.toml", "uv.lock"], "uv"), ["uv sync"]);
        assert_eq!(of(&["go.mod"], "go"), [""; 0]);
    }

    #[test]
    fn node_packages_are_those_of_the_lock_file() {
        assert_eq!(of(&["package.json"], "npm"), ["npm install"]);
        let files = ["package.json", "package-lock.json"];
        assert_eq!(of(&files, "npm"), ["npm ci"]);
    }
}
