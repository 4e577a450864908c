//! The target of a verb: a profile by name or file, and the backend to run it on.

use base::hint::Hint;
use base::shell::{self, option};
use camino::{Utf8Path, Utf8PathBuf};

use clap::builder::ArgPredicate;
use model::profile::existing::FrontendAddress;

use super::backend_name::Named;
use crate::error::{CommandError, Exit};

/// The default profile.
pub(super) const DEFAULT_PROFILE: &str = "local";

/// The default profile for an existing cluster.
const EXISTING: &str = "existing";

/// The folder of the profiles that are named by `--profile`.
pub(super) const PROFILES: &str = "profiles";

/// Whether a word names a file rather than a profile.
pub(super) fn is_file_name(word: &str) -> bool {
    let extension = Utf8Path::new(word).extension();
    word.contains('/') || matches!(extension, Some("yaml" | "yml"))
}

/// The variable that names a backend for every command.
pub(super) const BACKEND: &str = "HARNESS_BACKEND";

/// The profile and backend that a verb works on.
#[derive(Debug, Clone, clap::Args)]
#[group(skip)]
pub(super) struct Target {
    /// Profile by name: profiles/NAME.yaml
    #[arg(
        long,
        short,
        value_name = "NAME",
        default_value = DEFAULT_PROFILE,
        default_value_if("address", ArgPredicate::IsPresent, EXISTING),
        conflicts_with = "file"
    )]
    pub(super) profile: String,
    /// The same as `--profile local`
    #[arg(long, conflicts_with_all = ["profile", "file", "address"])]
    pub(super) local: bool,
    /// Profile by file
    #[arg(long, short, value_name = "FILE")]
    pub(super) file: Option<Utf8PathBuf>,
    /// Backend to use, in place of the profile's
    #[arg(long, value_enum, value_name = "NAME", env = BACKEND)]
    pub(super) backend: Option<Named>,
    /// Existing Temporal cluster to use, by default with the profile `existing`
    #[arg(long, value_name = "HOST:PORT", conflicts_with = "rehearse")]
    pub(super) address: Option<FrontendAddress>,
    /// Use the built-in Azure in place of Azure, with separate state
    #[arg(long)]
    pub(super) rehearse: bool,
    /// Set a key of the profile, such as `worker.replicas=3`; may be repeated
    #[arg(long, value_name = "KEY=VALUE")]
    pub(super) set: Vec<String>,
    /// The folder of `-C`, which a printed command line repeats
    #[arg(skip)]
    pub(super) directory: Option<Utf8PathBuf>,
}

impl Target {
    /// A target by one word: a file if the word looks like one, else a profile's name.
    pub(super) fn named(word: &str, set: &[String]) -> Self {
        Self {
            profile: word.to_owned(),
            local: false,
            file: is_file_name(word).then(|| word.into()),
            backend: None,
            address: None,
            rehearse: false,
            set: set.to_vec(),
            directory: None,
        }
    }

    /// The backend that the command line names. Ignores `HARNESS_BACKEND` if it also names an existing
    /// cluster.
    pub(super) fn named_backend(&self) -> Result<Option<Named>, CommandError> {
        if self.address.is_none() {
            return Ok(self.backend);
        }
        if self.backend.is_some_and(|named| !is_by_variable(named)) {
            let message = "`--backend` names a backend that runs its own cluster, and `--address` an \
                           existing one";
            return Err(CommandError::new(Exit::Usage, message).hint("Omit one of them."));
        }
        Ok(None)
    }

    /// The settings of the profile that the command line sets.
    pub(super) fn assignments(&self) -> Vec<String> {
        let address = self.address.iter();
        let address = address.map(|it| format!("backend.existing.address='{it}'"));
        self.set.iter().cloned().chain(address).collect()
    }

    /// This target in Azure. Ignores `HARNESS_BACKEND`, which names a backend of this machine.
    pub(super) fn in_azure(&self) -> Result<Self, CommandError> {
        if self.address.is_some() {
            let message = "`--address` names an existing cluster, and this verb works on Azure";
            return Err(CommandError::new(Exit::Usage, message).hint("Omit `--address`."));
        }
        if self.backend.is_some_and(|named| !is_by_variable(named)) {
            let message =
                "`--backend` names a backend of this machine, and this verb works on Azure";
            return Err(CommandError::new(Exit::Usage, message).hint("Omit `--backend`."));
        }
        Ok(Self {
            backend: None,
            ..self.clone()
        })
    }

    /// The arguments that name this target on another process's command line.
    pub(super) fn arguments(&self) -> Vec<String> {
        let which: Vec<String> = match &self.file {
            Some(file) => option("--file", file.as_str()),
            // It is the default with `--address`.
            None if self.address.is_some() && self.profile == EXISTING => Vec::new(),
            None => option("--profile", &self.profile),
        };
        let sets = self.set.iter().flat_map(|set| option("--set", set));
        // `--address` takes precedence over `HARNESS_BACKEND`.
        let backend = self.backend.filter(|_| self.address.is_none());
        let backend = backend
            .into_iter()
            .flat_map(|named| ["--backend".to_owned(), named.word().to_owned()]);
        let address = self.address.iter();
        let address = address.flat_map(|it| ["--address".to_owned(), it.to_string()]);
        let rehearse = self.rehearse.then(|| "--rehearse".to_owned());
        let options = which.into_iter().chain(backend).chain(address);
        let options = options.chain(rehearse);
        options.chain(sets).collect()
    }

    /// The options that name this target in a command for the user to run; empty for the default
    /// target.
    pub(super) fn options(&self) -> Vec<String> {
        let default = self.file.is_none() && self.profile == DEFAULT_PROFILE;
        let default = default && self.backend.is_none() && self.address.is_none();
        let default = default && self.set.is_empty() && !self.rehearse;
        let directory = self.directory.as_ref();
        let directory = directory.map(|folder| option("-C", folder.as_str()));
        let named = (!default).then(|| self.arguments());
        directory.into_iter().chain(named).flatten().collect()
    }

    /// A hint whose commands name this target.
    pub(super) fn complete(&self, mut hint: Hint) -> Hint {
        hint.about(&self.options());
        hint
    }

    /// This target without its settings, except the name, which decides the state folder.
    pub(super) fn without_settings(&self) -> Self {
        let mut target = self.clone();
        target.set.retain(|set| set.starts_with("name="));
        target
    }

    /// The options as shell text, to append to a verb.
    pub(super) fn suffix(&self) -> String {
        let words = self.options().into_iter();
        let words: Vec<String> = words
            .map(|word| format!(" {}", shell::word(&word)))
            .collect();
        words.concat()
    }
}

/// Whether the backend was named by the variable, perhaps.
fn is_by_variable(named: Named) -> bool {
    std::env::var(BACKEND).is_ok_and(|it| it == named.word())
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
        let Line { directory, target } = line.expect("a valid command line");
        Target {
            directory,
            ..target
        }
    }

    #[test]
    fn printed_options_name_the_same_target_for_every_kind_of_name() {
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
    fn an_address_means_the_existing_cluster_of_the_profile() {
        let target = read(&["--address", "localhost:7233"]);
        assert_eq!(target.profile, EXISTING);
        assert_eq!(target.suffix(), " --address localhost:7233");
        let set = ["backend.existing.address='localhost:7233'"];
        assert_eq!(target.assignments(), set);
        let other = read(&["-p", "mine", "--address", "localhost:7233"]);
        assert_eq!(other.profile, "mine");
        let both = read(&["--address", "localhost:7233", "--backend", "k3d"]);
        assert_eq!(both.named_backend().expect_err("both").exit, Exit::Usage);
        let azure = other.in_azure().expect_err("it is not in Azure");
        assert_eq!(azure.exit, Exit::Usage);
    }

    #[test]
    fn a_target_survives_a_round_trip_through_its_arguments() {
        for words in [
            &["--file=-mine.yaml", "--set=-a=b", "--set", "a=b c"][..],
            &["--profile=-x", "--backend=process"],
            &["--address=temporal.example:7233"],
            &["--profile=mine", "--address=[::1]:7233", "--set=a=b"],
            &["--file=mine.yaml", "--address=localhost:7233"],
        ] {
            let target = read(words);
            let written = target.arguments();
            let written: Vec<&str> = written.iter().map(String::as_str).collect();
            assert_eq!(format!("{:?}", read(&written)), format!("{target:?}"));
        }
    }
}
