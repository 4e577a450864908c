//! The sources that a command may run besides the files that it names.

use camino::{Utf8Path, Utf8PathBuf};
use walkdir::{DirEntry, WalkDir};

/// Extensions of the languages that run from their sources and have an SDK for Temporal: JavaScript,
/// PHP, Python, Ruby and TypeScript.
const SCRIPTS: [&str; 11] = [
    "cjs", "cts", "js", "jsx", "mjs", "mts", "php", "py", "rb", "ts", "tsx",
];

/// Extensions of the languages that are compiled: C#, Go, Java, Kotlin, Rust.
const COMPILED: [&str; 5] = ["cs", "go", "java", "kt", "rs"];

/// Programs that run what they find in the working directory, such as `go run ./worker`.
const TOOLS: [&str; 21] = [
    "bun", "bundle", "cargo", "dotnet", "go", "gradle", "gradlew", "java", "mvn", "mvnw", "node",
    "npm", "npx", "php", "pipenv", "pnpm", "poetry", "python", "ruby", "uv", "yarn",
];

/// Folders of installed packages, of caches and of compilers. Hidden folders are not searched either.
const OF_TOOLS: [&str; 5] = ["__pycache__", "node_modules", "target", "vendor", "venv"];

/// The files that a command consists of besides its program, in a fixed order: those that its
/// arguments name, a script with the sources in its folder and below. A tool that names no script
/// runs what it finds, so all sources in the working directory and below count.
pub(super) fn files(program: &Utf8Path, arguments: &[String]) -> Vec<Utf8PathBuf> {
    let named = arguments.iter().map(Utf8Path::new);
    let named: Vec<&Utf8Path> = named.filter(|path| path.is_file()).collect();
    let names_script = named.iter().any(|path| has_extension(path, &SCRIPTS));
    let mut files: Vec<Utf8PathBuf> = named.into_iter().flat_map(with_sources).collect();
    if !names_script && !arguments.is_empty() && is_tool(program) {
        files.extend(below(Utf8Path::new("."), is_source));
    }
    files
}

/// Whether a file is a source of a language that has an SDK for Temporal.
pub(super) fn is_source(file: &Utf8Path) -> bool {
    has_extension(file, &SCRIPTS) || has_extension(file, &COMPILED)
}

/// Whether a program is one of the tools, whose name a version may follow, as in `python3.12`.
fn is_tool(program: &Utf8Path) -> bool {
    let name = program.file_name().unwrap_or_default();
    let bare = name.trim_end_matches(|it: char| it.is_ascii_digit() || it == '.');
    TOOLS.contains(&bare)
}

/// The file, and if it is a script all sources in its folder and below.
fn with_sources(file: &Utf8Path) -> Vec<Utf8PathBuf> {
    let mut files = vec![file.to_owned()];
    if has_extension(file, &SCRIPTS) {
        let folder = match file.parent() {
            Some(folder) if folder != "" => folder,
            _ => Utf8Path::new("."),
        };
        files.extend(below(folder, |path| has_extension(path, &SCRIPTS)));
    }
    files
}

/// The files in a folder and below. A folder that cannot be read counts as empty: a program that
/// cannot read it loads nothing from it.
fn below(folder: &Utf8Path, is_wanted: impl Fn(&Utf8Path) -> bool) -> Vec<Utf8PathBuf> {
    let entries = WalkDir::new(folder).sort_by_file_name();
    let entries = entries.into_iter().filter_entry(|it| !is_of_tools(it));
    let files = entries
        .flatten()
        .filter(|entry| entry.file_type().is_file())
        .filter_map(|entry| Utf8PathBuf::try_from(entry.into_path()).ok());
    files.filter(|path| is_wanted(path)).collect()
}

fn has_extension(file: &Utf8Path, extensions: &[&str]) -> bool {
    let extension = file.extension();
    extension.is_some_and(|extension| extensions.contains(&extension))
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
    fn a_tool_that_names_no_script_runs_what_is_in_the_working_directory() {
        let of = |program: &str, arguments: &[&str]| {
            let arguments: Vec<String> = arguments.iter().map(ToString::to_string).collect();
            files(program.into(), &arguments)
        };
        // The working directory of a test is the folder of its crate.
        for (program, arguments) in [
            ("/usr/bin/go", &["run", "./worker"][..]),
            ("/opt/python3.12", &["-m", "orders.worker"]),
            ("./mvnw", &["-q", "exec:java"]),
            ("/usr/bin/cargo", &["run", "--manifest-path", "Cargo.toml"]),
            ("/usr/bin/go", &["run", "program.rs"]),
        ] {
            assert!(
                of(program, arguments).contains(&"./sources.rs".into()),
                "{program}"
            );
        }
        assert_eq!(of("./worker", &["--fast"]), <[&str; 0]>::default());
        assert_eq!(of("/usr/bin/node", &[]), <[&str; 0]>::default());
        assert_eq!(of("/usr/bin/cat", &["Cargo.toml"]), ["Cargo.toml"]);
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
