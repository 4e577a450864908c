//! What the manifests of projects say. Each is read only as far as its question needs.

use camino::{Utf8Path, Utf8PathBuf};
use serde::Deserialize;
use serde_json::Value;

use super::tree::Tree;

/// A script of `package.json`.
pub(super) struct Script {
    pub(super) name: String,
    pub(super) command: String,
    pub(super) line: usize,
}

/// The scripts of a `package.json`, in the order of their names.
pub(super) fn scripts(text: &str) -> Vec<Script> {
    let document: Value = serde_json::from_str(text).unwrap_or_default();
    let scripts = document["scripts"].as_object();
    let scripts = scripts.into_iter().flatten().filter_map(|(name, command)| {
        Some(Script {
            name: name.clone(),
            command: command.as_str()?.to_owned(),
            line: line_of(text, &format!("\"{name}\":")),
        })
    });
    scripts.collect()
}

/// Whether a `package.json` depends on a package.
pub(super) fn depends_on(text: &str, package: &str) -> bool {
    let document: Value = serde_json::from_str(text).unwrap_or_default();
    let kinds = ["dependencies", "devDependencies"];
    kinds.iter().any(|kind| document[kind][package].is_string())
}

/// The line on which a text first appears; the first one if it does not.
pub(super) fn line_of(text: &str, wanted: &str) -> usize {
    let lines = text.lines();
    let found = lines.into_iter().position(|line| line.contains(wanted));
    found.unwrap_or(0) + 1
}

/// A binary of a Cargo package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Binary {
    pub(super) name: String,
    /// Its main file.
    pub(super) path: Utf8PathBuf,
}

/// The binaries of the Cargo package in a folder.
pub(super) fn binaries(tree: &Tree, folder: &Utf8Path) -> Vec<Binary> {
    let text = tree.get(folder.join("Cargo.toml")).unwrap_or_default();
    let manifest: CargoManifest = toml::from_str(text).unwrap_or_default();
    let listed = manifest.bin.into_iter().map(|CargoBinary { name, path }| {
        let path = path.unwrap_or_else(|| format!("src/bin/{name}.rs"));
        let path = folder.join(path);
        Binary { name, path }
    });
    let package = manifest.package.map(|package| package.name);
    let mut distinct: Vec<Binary> = Vec::new();
    for binary in listed.chain(found(tree, folder, package)) {
        if !distinct.iter().any(|it| it.path == binary.path) {
            distinct.push(binary);
        }
    }
    distinct
}

/// What `Cargo.toml` says about binaries.
#[derive(Default, Deserialize)]
struct CargoManifest {
    package: Option<CargoPackage>,
    #[serde(default)]
    bin: Vec<CargoBinary>,
}

#[derive(Deserialize)]
struct CargoPackage {
    name: String,
}

#[derive(Deserialize)]
struct CargoBinary {
    name: String,
    path: Option<String>,
}

/// The binaries that Cargo finds by the place of their files.
fn found(tree: &Tree, folder: &Utf8Path, package: Option<String>) -> impl Iterator<Item = Binary> {
    let main = folder.join("src/main.rs");
    let main = package.filter(|_| tree.has(&main)).map(|name| Binary {
        name,
        path: main.clone(),
    });
    let bin = folder.join("src/bin");
    let others = tree.with_extensions(&["rs"]).filter_map(move |(path, _)| {
        let below = path.strip_prefix(&bin).ok()?;
        let name = match below.components().count() {
            1 => below.file_stem()?,
            2 if below.file_name() == Some("main.rs") => below.parent()?.as_str(),
            _ => return None,
        };
        Some(Binary {
            name: name.to_owned(),
            path: path.to_owned(),
        })
    });
    main.into_iter().chain(others)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_have_their_lines() {
        let text =
            "{\n  \"scripts\": {\n    \"build\": \"tsc\",\n    \"worker\": \"node x\"\n  }\n}";
        let scripts = scripts(text);
        let [build, worker] = &scripts[..] else {
            panic!("two scripts");
        };
        assert_eq!((&*build.name, build.line), ("build", 3));
        assert_eq!((&*worker.command, worker.line), ("node x", 4));
        assert!(super::scripts("{").is_empty());
    }

    #[test]
    fn the_binaries_of_a_package_are_those_that_cargo_finds() {
        let manifest = "[package]\nname = \"orders\"\n\n[[bin]]\nname = \"run\"\npath = \"x.rs\"\n\
                        [dependencies]\nname = \"no\"\n";
        let tree = Tree::of(
            "x",
            [
                ("a/Cargo.toml", manifest),
                ("a/x.rs", ""),
                ("a/src/main.rs", ""),
                ("a/src/bin/one.rs", ""),
                ("a/src/bin/two/main.rs", ""),
                ("a/src/bin/two/part.rs", ""),
                ("b/src/bin/other.rs", ""),
            ],
        );
        let names: Vec<String> = binaries(&tree, "a".into())
            .into_iter()
            .map(|binary| binary.name)
            .collect();
        assert_eq!(names, ["run", "orders", "one", "two"]);
    }
}
