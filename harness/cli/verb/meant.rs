//! Hints for a word that names no profile or no scenario: a name in place of a file, a file in
//! place of a name, a scenario in place of a profile.

use base::hint::{Command, Hint, Verb};
use base::shell;
use camino::{Utf8Path, Utf8PathBuf};
use model::profile::BUILT_IN;

use super::scenarios::SCENARIOS;
use super::target::{PROFILES, Target, is_file_name};

/// Hints for a profile that could not be loaded.
pub(super) fn profile(target: &Target) -> Vec<Hint> {
    match &target.file {
        Some(file) => instead_of_file(file),
        None => instead_of_name(&target.profile).into_iter().collect(),
    }
}

/// For a path after `-p`, which takes a name.
fn instead_of_name(word: &str) -> Option<Hint> {
    if !is_file_name(word) {
        return None;
    }
    let below = Utf8Path::new(PROFILES).join(word);
    let file = if !Utf8Path::new(word).exists() && below.exists() {
        below
    } else {
        Utf8PathBuf::from(word)
    };
    let file = shell::word(file.as_str());
    Some(Hint::say(format!(
        "`-p` takes a profile's name; use `-f {file}` for a file (`--file` with `logs`)."
    )))
}

/// For a word after `-f` that is not the file of a profile.
fn instead_of_file(file: &Utf8Path) -> Vec<Hint> {
    let mut hints = Vec::new();
    if file.is_dir() {
        let folder = format!("`{file}` is a folder; name a file in it after `-f`.");
        hints.push(Hint::say(folder));
    }
    if is(file, "Scenario") {
        // The command names no profile: the file stood in its place.
        let test = Command::named(Verb::Test(file.to_string()), [""; 0]);
        let hint = Hint::say("It is a scenario; run it with ").command(test);
        hints.push(hint);
    }
    let named = Utf8Path::new(PROFILES).join(format!("{file}.yaml"));
    let is_name = named.is_file() || BUILT_IN.find(file.as_str()).is_some();
    if !file.is_file() && is_name {
        let name = shell::word(file.as_str());
        hints.push(Hint::say(format!(
            "`-f` takes a file; use `-p {name}` for a profile's name."
        )));
    }
    hints
}

/// A hint for a scenario that could not be read.
pub(super) fn scenario(file: &Utf8Path) -> Option<Hint> {
    if is(file, "Profile") {
        let profile = shell::word(file.as_str());
        return Some(Hint::say(format!(
            "It is a profile; name it with `-f {profile}`, and add the scenarios."
        )));
    }
    let below = Utf8Path::new(SCENARIOS).join(file);
    let is_meant = below.is_file() && !file.exists();
    is_meant.then(|| Hint::run(Verb::Test(below.into_string())))
}

/// Whether a file declares this `kind`.
fn is(file: &Utf8Path, kind: &str) -> bool {
    let text = fs_err::read_to_string(file).unwrap_or_default();
    let mut words = text.lines().filter_map(|line| line.strip_prefix("kind:"));
    words.any(|word| {
        word.split('#')
            .next()
            .is_some_and(|word| word.trim() == kind)
    })
}
