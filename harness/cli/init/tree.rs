//! The sources of a repository, read up to bounds. A name that leads out of the folder, such as a
//! symbolic link, is not followed.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};
use walkdir::{DirEntry, WalkDir};

/// The largest number of files that are read.
const MOST_FILES: usize = 4000;

/// The largest number of files and folders that are looked at.
const MOST_ENTRIES: usize = 200_000;

/// The largest size of a file that is read, in bytes.
const LARGEST_FILE: u64 = 1024 * 1024;

/// The largest size of all files together, in bytes.
const MOST_BYTES: usize = 64 * 1024 * 1024;

/// Folders with what others wrote or what was built. Hidden folders and the virtual environments of
/// Python are skipped too.
const SKIPPED: [&str; 7] = [
    "__pycache__",
    "build",
    "dist",
    "node_modules",
    "target",
    "vendor",
    "venv",
];

/// Extensions of sources.
const SOURCES: [&str; 11] = [
    "cjs", "cts", "go", "java", "js", "kt", "mjs", "mts", "py", "rs", "ts",
];

/// Files that describe a project, and those in which Spring Boot has its settings.
const MANIFESTS: [&str; 13] = [
    "Cargo.toml",
    "Dockerfile",
    "application.properties",
    "application.yaml",
    "application.yml",
    "build.gradle",
    "build.gradle.kts",
    "go.mod",
    "package.json",
    "pom.xml",
    "pyproject.toml",
    "requirements.txt",
    "setup.py",
];

/// Files of which only the name matters.
const MARKERS: [&str; 7] = [
    "gradlew",
    "mvnw",
    "package-lock.json",
    "pnpm-lock.yaml",
    "poetry.lock",
    "uv.lock",
    "yarn.lock",
];

/// A program that a virtual environment of Python has, where people put them.
pub(super) const PYTHONS: [&str; 2] = [".venv/bin/python", "venv/bin/python"];

/// The files of a repository that tell how its worker starts. Paths are relative to its folder.
#[derive(Debug, Clone, Default)]
pub struct Tree {
    files: BTreeMap<Utf8PathBuf, String>,
    name: String,
    size: usize,
    is_complete: bool,
}

impl Tree {
    /// Reads the sources in a folder. What cannot be read is left out.
    pub fn read(root: &Utf8Path) -> Self {
        let mut tree = Self {
            name: root.file_name().unwrap_or_default().to_owned(),
            is_complete: true,
            ..Self::default()
        };
        let entries = WalkDir::new(root).sort_by_file_name().into_iter();
        let entries = entries.filter_entry(|it| !is_skipped(it));
        for (looked, entry) in entries.flatten().enumerate() {
            if looked >= MOST_ENTRIES || tree.files.len() >= MOST_FILES || tree.size >= MOST_BYTES {
                tree.is_complete = false;
                break;
            }
            tree.take(root, &entry);
        }
        for python in PYTHONS {
            if root.join(python).exists() {
                tree.files.insert(python.into(), String::new());
            }
        }
        tree
    }

    /// Keeps a file that matters.
    fn take(&mut self, root: &Utf8Path, entry: &DirEntry) {
        let path = Utf8Path::from_path(entry.path()).and_then(|it| it.strip_prefix(root).ok());
        let Some(path) = path.filter(|_| entry.file_type().is_file()) else {
            return;
        };
        if MARKERS.contains(&path.file_name().unwrap_or_default()) {
            self.files.insert(path.to_owned(), String::new());
        } else if is_wanted(path)
            && entry.metadata().is_ok_and(|it| it.len() <= LARGEST_FILE)
            && let Ok(text) = fs_err::read_to_string(entry.path())
        {
            self.size += text.len();
            self.files.insert(path.to_owned(), text);
        }
    }

    /// A tree of these files, in a folder of this name.
    pub fn of<'a>(name: &str, files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let files = files.into_iter();
        let files = files.map(|(path, text)| (path.into(), text.to_owned()));
        Self {
            files: files.collect(),
            name: name.to_owned(),
            is_complete: true,
            ..Self::default()
        }
    }

    /// The name of the folder.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether every source was read.
    pub fn is_complete(&self) -> bool {
        self.is_complete
    }

    /// The number of files.
    pub fn len(&self) -> usize {
        self.files.len()
    }

    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// The text of a file.
    pub fn get(&self, path: impl AsRef<Utf8Path>) -> Option<&str> {
        self.files.get(path.as_ref()).map(String::as_str)
    }

    pub fn has(&self, path: impl AsRef<Utf8Path>) -> bool {
        self.files.contains_key(path.as_ref())
    }

    /// Whether k3d can build the worker's image from the folder. A folder with a `Cargo.toml` is
    /// built by Cargo instead, which needs a binary named `worker`.
    pub fn has_image(&self) -> bool {
        self.has("Dockerfile") && !self.has("Cargo.toml")
    }

    /// Whether a file of settings has a word.
    pub(super) fn configures(&self, word: &str) -> bool {
        let mut settings = self.with_extensions(&["properties", "yaml", "yml"]);
        settings.any(|(_, text)| text.contains(word))
    }

    /// The files with one of these extensions.
    pub(super) fn with_extensions(
        &self,
        extensions: &[&str],
    ) -> impl Iterator<Item = (&Utf8Path, &str)> {
        self.files.iter().filter_map(move |(path, text)| {
            let extension = path.extension()?;
            extensions
                .contains(&extension)
                .then_some((path.as_path(), text.as_str()))
        })
    }

    /// The nearest folder above a file that has one of these files.
    pub(super) fn nearest(&self, path: &Utf8Path, names: &[&str]) -> Option<Utf8PathBuf> {
        let folders = path.ancestors().skip(1);
        let mut folders = folders.map(Utf8Path::to_owned);
        folders.find(|folder| names.iter().any(|name| self.has(folder.join(name))))
    }
}

fn is_skipped(entry: &DirEntry) -> bool {
    let name = entry.file_name().to_string_lossy();
    let is_other = name.starts_with('.')
        || SKIPPED.contains(&&*name)
        || entry.path().join("pyvenv.cfg").exists();
    entry.depth() > 0 && entry.file_type().is_dir() && is_other
}

fn is_wanted(path: &Utf8Path) -> bool {
    let name = path.file_name().unwrap_or_default();
    let extension = path.extension().unwrap_or_default();
    MANIFESTS.contains(&name) || (SOURCES.contains(&extension) && !is_test(path))
}

/// Whether a file has tests or declarations only, whose task queues are not those of the worker.
fn is_test(path: &Utf8Path) -> bool {
    let stem = path.file_stem().unwrap_or_default();
    // A file `x.test.ts` has the stem `x.test`.
    let kind = Utf8Path::new(stem).extension();
    let is_python = path.extension() == Some("py");
    matches!(kind, Some("d" | "spec" | "test"))
        || stem.ends_with("_test")
        || (is_python && (stem.starts_with("test_") || stem == "conftest"))
        || path.as_str().contains("src/test/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(files: &[(&str, &str)]) -> Tree {
        let folder = tempfile::tempdir().expect("a folder");
        let root = Utf8Path::from_path(folder.path()).expect("UTF-8");
        for (path, text) in files {
            let path = root.join(path);
            fs_err::create_dir_all(path.parent().expect("a folder")).expect("writable");
            fs_err::write(path, text).expect("writable");
        }
        Tree::read(root)
    }

    #[test]
    fn folders_that_hold_what_others_wrote_are_skipped() {
        let tree = read(&[
            ("src/worker.ts", ""),
            ("node_modules/x/worker.ts", ""),
            ("a/target/x.rs", ""),
            ("vendor/x.go", ""),
            (".git/x.py", ""),
            (".venv/bin/python", ""),
            (".venv/lib/x.py", ""),
            ("env/pyvenv.cfg", ""),
            ("env/lib/x.py", ""),
            ("a/uv.lock", ""),
            ("a/readme.md", ""),
            ("a/orders_test.go", ""),
        ]);
        let found: Vec<&str> = tree.files.keys().map(|path| path.as_str()).collect();
        assert_eq!(found, [".venv/bin/python", "a/uv.lock", "src/worker.ts"]);
        assert!(tree.is_complete());
    }

    #[test]
    fn a_large_file_and_a_file_that_is_not_text_are_left_out() {
        let large = "x".repeat(1024 * 1024 + 1);
        let tree = read(&[("large.py", &large), ("small.py", "x")]);
        assert_eq!(tree.len(), 1);
        assert_eq!(tree.get("small.py"), Some("x"));
        let folder = tempfile::tempdir().expect("a folder");
        fs_err::write(folder.path().join("binary.py"), [0xff, 0xfe]).expect("writable");
        let tree = Tree::read(Utf8Path::from_path(folder.path()).expect("UTF-8"));
        assert!(tree.is_empty());
    }

    #[test]
    fn a_link_is_not_followed() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = Utf8Path::from_path(folder.path()).expect("UTF-8");
        std::os::unix::fs::symlink("..", root.join("up")).expect("writable");
        std::os::unix::fs::symlink("/etc/hostname", root.join("x.py")).expect("writable");
        let tree = Tree::read(root);
        assert!(tree.is_empty(), "{tree:?}");
    }

    #[test]
    fn the_number_of_files_is_bounded() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = Utf8Path::from_path(folder.path()).expect("UTF-8");
        for number in 0..=MOST_FILES {
            fs_err::write(root.join(format!("{number}.py")), "").expect("writable");
        }
        let tree = Tree::read(root);
        assert_eq!(tree.len(), MOST_FILES);
        assert!(!tree.is_complete());
    }

    #[test]
    fn the_nearest_manifest_is_found() {
        let tree = Tree::of("x", [("go.mod", ""), ("a/go.mod", ""), ("a/b/c.go", "")]);
        let nearest = |path: &str| tree.nearest(path.into(), &["go.mod"]);
        assert_eq!(nearest("a/b/c.go"), Some("a".into()));
        assert_eq!(nearest("d/e.go"), Some("".into()));
        assert_eq!(
            Tree::of("x", []).nearest("d/e.go".into(), &["go.mod"]),
            None
        );
    }
}
