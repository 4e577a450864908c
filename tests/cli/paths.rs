//! Pages name files of the project, and files move.

use camino::{Utf8Path, Utf8PathBuf};

/// Every page of the project.
fn pages(project: &Utf8Path) -> Vec<Utf8PathBuf> {
    let folders = [
        project.to_owned(),
        project.join("docs"),
        project.join("docs/decisions"),
    ];
    let entries = folders.iter().flat_map(|folder| {
        let entries = folder.read_dir_utf8().expect("a folder");
        entries.map(|entry| entry.expect("readable").into_path())
    });
    entries
        .filter(|path| path.extension() == Some("md"))
        .collect()
}

/// The crates below `harness`, from where the map counts.
fn crates(project: &Utf8Path) -> Vec<String> {
    let entries = project.join("harness").read_dir_utf8().expect("a folder");
    let paths = entries.map(|entry| entry.expect("readable").into_path());
    let folders = paths.filter(|path| path.join("Cargo.toml").exists());
    let names = folders.filter_map(|path| path.file_name().map(str::to_owned));
    names.chain(["cli".to_owned()]).collect()
}

#[test]
fn every_source_file_that_a_page_names_is_there() {
    let project = testing::project();
    let crates = crates(&project);
    let mut seen = 0;
    let mut missing = Vec::new();
    for page in pages(&project) {
        let text = fs_err::read_to_string(&page).expect("readable");
        for quoted in text.split('`').skip(1).step_by(2) {
            let path = quoted.split(' ').next().unwrap_or_default();
            let first = path.split('/').next().unwrap_or_default();
            let below_harness = crates.iter().any(|name| name == first);
            let is_source =
                Utf8Path::new(path).extension() == Some("rs") || path.starts_with("harness/");
            if !path.contains('/') || !is_source || !(below_harness || first == "harness") {
                continue;
            }
            seen += 1;
            let there = project.join(path).exists() || project.join("harness").join(path).exists();
            // Labels of Kubernetes objects look like paths.
            let is_label = page.file_name() == Some("kubernetes.md");
            let is_version = ["harness/v1", "harness/v2"].contains(&path);
            if !there && !is_label && !is_version {
                missing.push(format!("{page}: {path}"));
            }
        }
    }
    assert!(seen > 40, "only {seen} paths were found");
    assert_eq!(missing, Vec::<String>::new());
}
