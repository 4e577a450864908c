//! What a verb is about: a profile by name or file, and where it is to run.

use base::shell::{self, option};
use camino::{Utf8Path, Utf8PathBuf};

use super::backend_name::Named;
use crate::error::{CommandError, Exit};

/// The profile that is meant where none is named.
pub(super) const DEFAULT_PROFILE: &str = "local";

/// The folder of profiles that have a name.
pub(super) const PROFILES: &str = "profiles";

/// Whether a word names a file, and not a profile.
pub(super) fn is_file_name(word: &str) -> bool {
    let extension = Utf8Path::new(word).extension();
    word.contains('/') || matches!(extension, Some("yaml" | "yml"))
}

/// The variable that names a backend for all commands.
pub(super) const BACKEND: &str = "HARNESS_BACKEND";

/// Which profile a verb is about.
#[derive(Debug, Clone, clap::Args)]
#[group(skip)]
pub(super) struct Target {
    /// Profile by name: profiles/NAME.yaml
    #[arg(
        long,
        short,
        value_name = "NAME",
        default_value = DEFAULT_PROFILE,
        conflicts_with = "file"
    )]
    pub(super) profile: String,
    /// The same as `--profile local`
    #[arg(long, conflicts_with_all = ["profile", "file"])]
    pub(super) local: bool,
    /// Profile by file
    #[arg(long, short, value_name = "FILE")]
    pub(super) file: Option<Utf8PathBuf>,
    /// Where to run it, whatever the profile says
    #[arg(long, value_enum, value_name = "NAME", env = BACKEND)]
    pub(super) backend: Option<Named>,
    /// In place of Azure, the built-in one: a rehearsal, apart from the real thing
    #[arg(long)]
    pub(super) rehearse: bool,
    /// Set a key of the profile, such as `worker.replicas=3`; may be repeated
    #[arg(long, value_name = "KEY=VALUE")]
    pub(super) set: Vec<String>,
    /// The folder of `-C`, which a command line that names this target has to name again
    #[arg(skip)]
    pub(super) directory: Option<Utf8PathBuf>,
}

impl Target {
    /// A target by one word: a file if it looks like one, else a name.
    pub(super) fn named(word: &str, set: &[String]) -> Self {
        Self {
            profile: word.to_owned(),
            local: false,
            file: is_file_name(word).then(|| word.into()),
            backend: None,
            rehearse: false,
            set: set.to_vec(),
            directory: None,
        }
    }

    /// The same as a place in Azure: a variable that names a backend of this machine for all commands
    /// is not about it.
    pub(super) fn in_azure(&self) -> Result<Self, CommandError> {
        let by_variable = |named: Named| std::env::var(BACKEND).is_ok_and(|it| it == named.word());
        if self.backend.is_some_and(|named| !by_variable(named)) {
            let message =
                "`--backend` names a place of this machine, and this is about one in Azure";
            return Err(CommandError::new(Exit::Usage, message).hint("leave `--backend` out"));
        }
        Ok(Self {
            backend: None,
            ..self.clone()
        })
    }

    /// The arguments that name this target again, for a command line of another process.
    pub(super) fn arguments(&self) -> Vec<String> {
        let which = match &self.file {
            Some(file) => option("--file", file.as_str()),
            None => option("--profile", &self.profile),
        };
        let sets = self.set.iter().flat_map(|set| option("--set", set));
        let backend = self
            .backend
            .into_iter()
            .flat_map(|named| ["--backend".to_owned(), named.word().to_owned()]);
        let rehearse = self.rehearse.then(|| "--rehearse".to_owned());
        let options = which.into_iter().chain(backend).chain(rehearse);
        options.chain(sets).collect()
    }

    /// The options by which a command that a user is told to run is about this target; none for the
    /// default.
    pub(super) fn options(&self) -> Vec<String> {
        let default = self.file.is_none() && self.profile == DEFAULT_PROFILE;
        let default = default && self.backend.is_none() && self.set.is_empty() && !self.rehearse;
        let directory = self.directory.as_ref();
        let directory = directory.map(|folder| option("-C", folder.as_str()));
        let named = (!default).then(|| self.arguments());
        directory.into_iter().chain(named).flatten().collect()
    }

    /// The same in a text, behind a verb.
    pub(super) fn suffix(&self) -> String {
        let words = self.options().into_iter();
        let words: Vec<String> = words
            .map(|word| format!(" {}", shell::word(&word)))
            .collect();
        words.concat()
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    /// A command line with a target: `-C`, and the target's own options.
    #[derive(Debug, clap::Parser)]
    struct Line {
        #[arg(short = 'C')]
        directory: Option<Utf8PathBuf>,
        #[command(flatten)]
        target: Target,
    }

    fn read(words: &[&str]) -> Target {
        let line = Line::try_parse_from(["harness"].iter().chain(words));
        let Line { directory, target } = line.expect("a sound command line");
        Target {
            directory,
            ..target
        }
    }

    #[test]
    fn what_is_printed_to_be_run_is_about_the_same_profile_whatever_it_is_called() {
        let suffix = |words: &[&str]| read(words).suffix();
        assert_eq!(suffix(&[]), "");
        assert_eq!(suffix(&["-C", "my project"]), " -C 'my project'");
        assert_eq!(
            suffix(&["-f", "my file.yaml", "-C", "c#proj"]),
            " -C 'c#proj' --file 'my file.yaml'"
        );
        assert_eq!(
            suffix(&["--file=-mine.yaml", "-C=-a"]),
            " -C=-a --file=-mine.yaml"
        );
        assert_eq!(
            suffix(&["-p", "k3d", "--set", "worker.environment.A=$HOME"]),
            " --profile k3d --set 'worker.environment.A=$HOME'"
        );
    }

    #[test]
    fn a_target_is_the_same_after_it_was_written_as_words() {
        for words in [
            &["--file=-mine.yaml", "--set=-a=b", "--set", "a=b c"][..],
            &["--profile=-x", "--backend=process"],
        ] {
            let target = read(words);
            let written = target.arguments();
            let written: Vec<&str> = written.iter().map(String::as_str).collect();
            assert_eq!(format!("{:?}", read(&written)), format!("{target:?}"));
        }
    }
}
