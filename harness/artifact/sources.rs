//! The files that a script may load: the sources in its folder and below.

use camino::{Utf8Path, Utf8PathBuf};
use walkdir::{DirEntry, WalkDir};

/// Extensions of the languages that run from their sources and have an SDK for Temporal: JavaScript,
/// PHP, Python, Ruby and TypeScript.
const EXTENSIONS: [&str; 11] = [
    "cjs", "cts", "js", "jsx", "mjs", "mts", "php", "py", "rb", "ts", "tsx",
];

/// Folders of installed packages and of caches. Hidden folders are not searched either.
const OF_TOOLS: [&str; 4] = ["__pycache__", "node_modules", "vendor", "venv"];

/// The file, and if it is a script all sources in its folder and below, in a fixed order. A folder
/// that cannot be read counts as empty: a program that cannot read it loads nothing from it.
pub(super) fn with_sources(file: &Utf8Path) -> Vec<Utf8PathBuf> {
    let mut files = vec![file.to_owned()];
    if is_source(file) {
        let folder = match file.parent() {
            Some(folder) if folder != "" => folder,
            _ => Utf8Path::new("."),
        };
        let below = WalkDir::new(folder).sort_by_file_name();
        let below = below.into_iter().filter_entry(|it| !is_of_tools(it));
        let entries = below
            .flatten()
            .filter(|entry| entry.file_type().is_file())
            .filter_map(|entry| Utf8PathBuf::try_from(entry.into_path()).ok());
        files.extend(entries.filter(|path| is_source(path)));
    }
    files
}

fn is_source(file: &Utf8Path) -> bool {
    let extension = file.extension();
    extension.is_some_and(|extension| EXTENSIONS.contains(&extension))
}

fn is_of_tools(entry: &DirEntry) -> bool {
    let name = entry.file_name().to_string_lossy();
    entry.depth() > 0 && (name.starts_with('.') || OF_TOOLS.contains(&&*name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(file: &str, others: &[&str]) -> Vec<String> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let folder = Utf8Path::from_path(folder.path()).expect("a UTF-8 path");
        for path in others.iter().chain([&file]) {
            let path = folder.join(path);
            fs_err::create_dir_all(path.parent().expect("a folder")).expect("writable");
            fs_err::write(path, "").expect("writable");
        }
        let files = with_sources(&folder.join(file)).into_iter().skip(1);
        let relative = |path: &Utf8PathBuf| path.strip_prefix(folder).map(Utf8Path::to_string);
        files
            .map(|path| relative(&path).expect("below the folder"))
            .collect()
    }

    #[test]
    fn a_script_comes_with_the_sources_below_its_folder() {
        let others = [
            "app/workflows.py",
            "app/deep/activities.py",
            "app/view.ts",
            "app/config.yaml",
            "app/.venv/lib/six.py",
            "app/node_modules/left-pad/index.js",
            "app/__pycache__/workflows.py",
            "tests/test_workflows.py",
        ];
        assert_eq!(
            found("app/worker.py", &others),
            [
                "app/deep/activities.py",
                "app/view.ts",
                "app/worker.py",
                "app/workflows.py"
            ]
        );
    }

    #[test]
    fn another_file_comes_alone() {
        assert_eq!(
            found("worker.toml", &["other.py", "other.toml"]),
            <[&str; 0]>::default()
        );
    }

    #[test]
    fn a_script_in_a_hidden_folder_comes_with_its_sources() {
        assert_eq!(
            found(
                ".build/worker.js",
                &[".build/workflows.js", ".build/.cache/old.js"]
            ),
            [".build/worker.js", ".build/workflows.js"]
        );
    }
}
