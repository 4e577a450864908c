//! Every code of a refusal is on the page of rules, with its source.

use std::path::{Path, PathBuf};

use super::Response;

const PAGE: &str = include_str!("../../../docs/decisions/azure-judges.md");

/// The functions that create a refusal. Their first text is its code.
const MAKERS: [&str; 5] = ["bad(", "missing(", "conflict(", "Refusal::new(", "failure("];

fn is_listed(code: &str) -> bool {
    PAGE.contains(&format!("`{code}`"))
}

/// Fails if a response is an error whose code is not on the page.
pub(super) fn assert_listed(answer: &Response) {
    if answer.status < 400 {
        return;
    }
    let document = answer.document();
    let error = document.get("error").unwrap_or(document);
    if let Some(code) = error["code"].as_str() {
        assert!(is_listed(code), "`{code}` is not on the page of rules");
    }
}

/// The source files of a folder, without tests.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs_err::read_dir(folder).expect("it is a folder");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    paths
        .flat_map(|path| match path.is_dir() {
            true if path.ends_with("tests") => Vec::new(),
            true => sources(&path),
            false => vec![path],
        })
        .collect()
}

/// The codes in a source file: the first text after each call in [`MAKERS`].
fn codes(source: &str) -> Vec<&str> {
    let source = source.split("#[cfg(test)]").next().unwrap_or_default();
    let calls = MAKERS.iter().flat_map(|maker| source.split(maker).skip(1));
    let first = calls.filter_map(|call| {
        let inside = call.trim_start();
        let inside = inside.trim_start_matches(|it: char| it.is_ascii_digit());
        let inside = inside.trim_start_matches(',').trim_start();
        inside.strip_prefix('"')?.split('"').next()
    });
    let is_code = |word: &&str| {
        let letters = |it: char| it.is_ascii_alphanumeric() || it == '_';
        word.len() > 3
            && word.starts_with(|it: char| it.is_ascii_uppercase())
            && word.chars().all(letters)
    };
    first.filter(is_code).collect()
}

#[test]
fn every_code_of_a_refusal_is_on_the_page_of_rules() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut missing = Vec::new();
    let mut found = 0;
    for path in sources(root) {
        let source = fs_err::read_to_string(&path).expect("a source file");
        for code in codes(&source) {
            found += 1;
            if !is_listed(code) {
                missing.push(format!("{code} ({})", path.display()));
            }
        }
    }
    assert!(
        found > 100,
        "only {found} codes were found: was a function in MAKERS renamed?"
    );
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn every_rule_on_the_page_has_a_source() {
    let (_, rules) = PAGE
        .split_once("## Rules that the built-in Azure knows")
        .expect("the section exists");
    let mut sourced = false;
    for row in rules.lines().filter(|line| line.starts_with("| ")) {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").collect();
        let source = cells.last().expect("a cell").trim();
        // Words that refer to a source above.
        let borrowed = [
            "same",
            "as above",
            "recorded",
            "tests of",
            "by analogy",
            "none",
        ];
        let has_source =
            source.contains("https://") || borrowed.iter().any(|it| source.contains(it));
        let head = source == "source" || row.starts_with("|---");
        assert!(
            head || source.contains("command_modules") || has_source,
            "{row}"
        );
        sourced |= has_source;
    }
    assert!(sourced);
}
