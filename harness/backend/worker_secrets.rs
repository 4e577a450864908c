//! The secrets in the environment of the workers. A profile says where they are.

use std::collections::BTreeMap;

use base::secret::Secret;
use base::tool::Environment;
use model::topology::{Digest, ServiceName, Topology};

use super::{Blame, Error, secret_source};

/// The secrets of each worker, by variable.
#[derive(Debug, Clone, Default)]
pub struct WorkerSecrets(BTreeMap<ServiceName, BTreeMap<String, Secret>>);

#[derive(Debug, thiserror::Error)]
#[error("could not read the secret `{variable}` of {worker}")]
struct Unreadable {
    variable: String,
    worker: ServiceName,
    #[source]
    source: secret_source::Unreadable,
}

impl WorkerSecrets {
    /// Reads the secrets of a topology. Paths are relative to the working directory.
    pub fn read(topology: &Topology, environment: &Environment) -> Result<Self, Error> {
        let mut all = BTreeMap::new();
        for worker in topology.own_workers() {
            let service = &worker.service.name;
            let secrets = worker.secrets().map(|(variable, source)| {
                let variable = variable.to_owned();
                match secret_source::read(source, environment) {
                    Ok(secret) => Ok((variable, secret)),
                    Err(source) => Err(Unreadable {
                        variable,
                        worker: service.clone(),
                        source,
                    }),
                }
            });
            let secrets: Result<BTreeMap<String, Secret>, Unreadable> = secrets.collect();
            let secrets = secrets.map_err(|error| {
                let mut error = Error::new(error);
                error.blame = Blame::Profile;
                error.may_pass = false;
                error
            })?;
            all.insert(service.clone(), secrets);
        }
        Ok(Self(all))
    }

    /// The secrets of a topology that is only shown: each is empty.
    pub fn hidden(topology: &Topology) -> Self {
        let of = topology.workers().map(|worker| {
            let empty = |(variable, _): (&str, _)| (variable.to_owned(), Secret::new(""));
            let service = worker.service.name.clone();
            (service, worker.secrets().map(empty).collect())
        });
        Self(of.collect())
    }

    /// Those of a worker, by variable.
    pub fn of(&self, worker: &ServiceName) -> impl Iterator<Item = (&str, &Secret)> {
        let secrets = self.0.get(worker).into_iter().flatten();
        secrets.map(|(variable, secret)| (variable.as_str(), secret))
    }

    /// The digest of those of a worker; `None` if it has none.
    pub fn digest(&self, worker: &ServiceName) -> Option<Digest> {
        let texts: Vec<(&str, &str)> = self
            .of(worker)
            .map(|(name, secret)| (name, secret.reveal()))
            .collect();
        (!texts.is_empty()).then(|| Digest::of(&texts))
    }
}

#[cfg(test)]
mod tests {
    use base::causes::in_one_line;

    use super::*;

    fn read(source: &str, environment: &Environment) -> Result<WorkerSecrets, String> {
        let set = format!("worker.environment.API_KEY={source}");
        let topology = testing::profile::topology("local", &[&set]);
        WorkerSecrets::read(&topology, environment).map_err(|error| in_one_line(&error))
    }

    fn text(secrets: &WorkerSecrets) -> Vec<(String, String)> {
        let worker = ServiceName::worker(None);
        let each = secrets
            .of(&worker)
            .map(|(name, secret)| (name.to_owned(), secret.reveal().to_owned()));
        each.collect()
    }

    #[test]
    fn a_secret_is_read_from_its_file_or_its_variable() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("key").display().to_string();
        let environment = Environment::default().with("ORDERS_KEY", "in a variable");
        let expected = |text: &str| vec![("API_KEY".to_owned(), text.to_owned())];
        for (written, secret) in [("key", "key"), ("key\n", "key"), ("a\n\r\n", "a\n")] {
            fs_err::write(&path, written).expect("writable");
            let secrets = read(&format!("{{secret-file: {path}}}"), &environment);
            assert_eq!(text(&secrets.expect("readable")), expected(secret));
        }
        let secrets = read("{secret-variable: ORDERS_KEY}", &environment).expect("it is set");
        assert_eq!(text(&secrets), expected("in a variable"));
        assert!(!format!("{secrets:?}").contains("in a variable"));
        let plain = read("text", &environment).expect("there is no secret");
        assert_eq!(text(&plain), []);
        assert_eq!(plain.digest(&ServiceName::worker(None)), None);
    }

    #[test]
    fn a_secret_that_is_not_there_is_named_with_its_place() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("key").display().to_string();
        let environment = Environment::default();
        let error = |source: &str| {
            let error = read(source, &environment).expect_err("there is none");
            error.replace(&path, "KEY")
        };
        let file = format!("{{secret-file: {path}}}");
        insta::assert_snapshot!(error(&file), @"could not read the secret `API_KEY` of worker: failed to open file `KEY`: No such file or directory (os error 2)");
        fs_err::write(&path, "a\0b").expect("writable");
        insta::assert_snapshot!(error(&file), @"could not read the secret `API_KEY` of worker: KEY contains the character NUL");
        insta::assert_snapshot!(error("{secret-variable: ORDERS_KEY}"), @"could not read the secret `API_KEY` of worker: the variable `ORDERS_KEY` is not set, is empty or is not text");
    }
}
