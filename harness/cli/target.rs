//! What a verb is about: a profile by name or file, and where it is to run.

use camino::{Utf8Path, Utf8PathBuf};

use super::place::Named;
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
            Some(file) => ["--file".to_owned(), file.to_string()],
            None => ["--profile".to_owned(), self.profile.clone()],
        };
        let sets = self
            .set
            .iter()
            .flat_map(|set| ["--set".to_owned(), set.clone()]);
        let backend = self
            .backend
            .into_iter()
            .flat_map(|named| ["--backend".to_owned(), named.word().to_owned()]);
        let rehearse = self.rehearse.then(|| "--rehearse".to_owned());
        let options = which.into_iter().chain(backend).chain(rehearse);
        options.chain(sets).collect()
    }

    /// What has to stand behind a verb for it to be about this target; nothing for the default.
    pub(super) fn suffix(&self) -> String {
        let default = self.file.is_none() && self.profile == DEFAULT_PROFILE;
        if default && self.backend.is_none() && self.set.is_empty() && !self.rehearse {
            return String::new();
        }
        let words = self.arguments().into_iter();
        let words: Vec<String> = words.map(|word| format!(" {}", shell(&word))).collect();
        words.concat()
    }
}

/// A word as a shell takes it.
pub(super) fn shell(word: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./=:,+@%".contains(&byte);
    if !word.is_empty() && word.bytes().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}
