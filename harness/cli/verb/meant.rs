//! What may have been meant by a word that names no profile, or no scenario: a name in place of a
//! file, a file in place of a name, one kind of file in place of the other.

use base::hint::{Command, Hint, Verb};
use base::shell;
use camino::{Utf8Path, Utf8PathBuf};

use super::target::{PROFILES, Target, is_file_name};

/// Hints for a profile that could not be loaded.
pub(super) fn profile(target: &Target) -> Vec<Hint> {
    match &target.file {
        Some(file) => instead_of_file(file),
        None => instead_of_name(&target.profile).into_iter().collect(),
    }
}

/// A path after `-p`, which takes a name.
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
        "`-p` takes the name of a profile; a file is named by `-f {file}` (`logs` has `--file`)"
    )))
}

/// Something after `-f` that is no file with a profile in it.
fn instead_of_file(file: &Utf8Path) -> Vec<Hint> {
    let mut hints = Vec::new();
    if file.is_dir() {
        let folder = format!("{file} is a folder, and `-f` takes a file in it");
        hints.push(Hint::say(folder));
    }
    if is(file, "Scenario") {
        // The file was given as the profile, so that which one is meant is not known.
        let test = Command::named(Verb::Test(file.to_string()), [""; 0]);
        let hint = Hint::say("it is a scenario: ").command(test);
        hints.push(hint.words(" runs it"));
    }
    let named = Utf8Path::new(PROFILES).join(format!("{file}.yaml"));
    if !file.is_file() && named.is_file() {
        let name = shell::word(file.as_str());
        hints.push(Hint::say(format!(
            "`-f` takes a file; a profile is named by `-p {name}`"
        )));
    }
    hints
}

/// A hint for a scenario that could not be read.
pub(super) fn scenario(file: &Utf8Path) -> Option<Hint> {
    if is(file, "Profile") {
        let profile = shell::word(file.as_str());
        return Some(Hint::say(format!(
            "it is a profile: `-f {profile}` names it, and scenarios are named beside it"
        )));
    }
    let below = Utf8Path::new("scenarios").join(format!("{file}.yaml"));
    let is_meant = below.is_file() && !file.exists();
    is_meant.then(|| Hint::from(Verb::Test(below.into_string())).words(" runs that one"))
}

/// Whether a file says that it is a document of a kind.
fn is(file: &Utf8Path, kind: &str) -> bool {
    let text = fs_err::read_to_string(file).unwrap_or_default();
    let mut words = text.lines().filter_map(|line| line.strip_prefix("kind:"));
    words.any(|word| {
        word.split('#')
            .next()
            .is_some_and(|word| word.trim() == kind)
    })
}
