//! Finds or fetches the Temporal CLI.

use base::news::Listener;
use base::tool::Environment;
use camino::{Utf8Path, Utf8PathBuf};
use tokio_util::sync::CancellationToken;

use super::Origin;
use super::error::{Attempt, Error, Target};
use super::pin::{CliVersion, Pin};
use super::program::Program;
use super::release::CLI;
use super::store::Store;
use super::{find, pip, vendor};

/// What to search for, and where.
#[derive(Debug)]
pub struct TemporalSearch<'a> {
    /// The version of the server that the CLI must contain.
    pub server: &'a str,
    pub explicit: Option<&'a Utf8Path>,
    /// The release that may be fetched, if this platform has one.
    pub pin: Option<&'a Pin>,
    /// The folder to download into when the cache is not writable.
    pub fallback: &'a Utf8Path,
    /// `HARNESS_TEMPORAL`, `HARNESS_TEMPORAL_MIRROR`, `HARNESS_CACHE`, `PATH`, ...
    pub environment: &'a Environment,
    /// Receives progress.
    pub news: &'a Listener,
    /// Cancelled when the user asks to stop.
    pub cancel: &'a CancellationToken,
}

/// A Temporal CLI with the right server version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Temporal {
    pub program: Program,
    pub origin: Origin,
}

impl TemporalSearch<'_> {
    /// Finds the CLI, or fetches it.
    ///
    /// The order: `HARNESS_TEMPORAL`, the profile's path, `PATH`, the cache, pip, the vendor's
    /// site. `HARNESS_TEMPORAL_MIRROR` replaces the vendor's site and comes before pip: a user who
    /// sets it wants it used, and on a network that needs a mirror, pip often runs into its
    /// timeout.
    pub async fn resolve(&self) -> Result<Temporal, Error> {
        let mut tried = Vec::new();
        if let Some(found) = self.locate(&mut tried).await? {
            return Ok(found);
        }
        self.fetch(tried).await
    }

    /// Finds the CLI on this machine without fetching. `tried` receives the failed attempts.
    pub async fn locate(&self, tried: &mut Vec<Attempt>) -> Result<Option<Temporal>, Error> {
        let check = async |path: &Utf8Path| self.check(path).await;
        if let Some((origin, path)) = self.named() {
            let path = find::named(origin, path, check).await?;
            return Ok(Some(Temporal::new(path, Origin::Explicit)));
        }
        match find::on_path(CLI, self.environment, check).await {
            Ok(path) => return Ok(Some(Temporal::new(path, Origin::Path))),
            Err(attempt) => tried.push(attempt),
        }
        let Some(pin) = self.wanted_pin() else {
            return Ok(None);
        };
        let folder = self.store().find(&pin.release(), tried).await;
        Ok(folder.map(|folder| Temporal::new(folder.executable(CLI), Origin::Cache)))
    }

    /// Whether a CLI with the wanted server can be fetched.
    pub fn can_fetch(&self) -> bool {
        self.wanted_pin().is_some()
    }

    /// The release that may be fetched, if it has the wanted server.
    fn wanted_pin(&self) -> Option<&Pin> {
        self.pin.filter(|pin| pin.version.server == self.server)
    }

    fn named(&self) -> Option<(&'static str, &Utf8Path)> {
        let variable = self.environment.text("HARNESS_TEMPORAL").map(Utf8Path::new);
        let variable = variable.map(|path| ("HARNESS_TEMPORAL", path));
        variable.or(self.explicit.map(|path| ("the profile", path)))
    }

    /// Checks that a CLI contains the wanted server.
    async fn check(&self, path: &Utf8Path) -> Result<(), Error> {
        let output = find::version(path, self.environment, self.cancel).await?;
        let found = CliVersion::parse(&output);
        if found
            .as_ref()
            .is_some_and(|found| found.server == self.server)
        {
            return Ok(());
        }
        Err(Error::Match {
            found,
            wanted: self.server.to_owned(),
        })
    }

    fn store(&self) -> Store<'_> {
        Store {
            fallback: self.fallback,
            environment: self.environment,
            news: self.news,
            cancel: self.cancel,
        }
    }

    async fn fetch(&self, mut tried: Vec<Attempt>) -> Result<Temporal, Error> {
        let Some(pin) = self.wanted_pin() else {
            tried.push(Attempt::new("download", self.why_nothing_is_fetched()));
            return Err(self.not_found(tried));
        };
        let fetch = async |origin, partial: &Utf8Path| self.fetch_from(origin, pin, partial).await;
        let (store, release, sources) = (self.store(), pin.release(), self.sources());
        let filled = store.fill(&release, &sources, &mut tried, fetch);
        match Box::pin(filled).await? {
            Some((folder, origin)) => Ok(Temporal::new(folder.executable(CLI), origin)),
            None => Err(self.not_found(tried)),
        }
    }

    fn mirror(&self) -> Option<&str> {
        self.environment.text("HARNESS_TEMPORAL_MIRROR")
    }

    /// The sources to fetch from, in order, with their names for messages.
    fn sources(&self) -> [(Origin, &'static str); 2] {
        match self.mirror() {
            Some(_) => [(Origin::Vendor, "the mirror"), (Origin::Pip, "pip")],
            None => [(Origin::Pip, "pip"), (Origin::Vendor, "the vendor's site")],
        }
    }

    async fn fetch_from(&self, origin: Origin, pin: &Pin, partial: &Utf8Path) -> Result<(), Error> {
        let (environment, news, cancel) = (self.environment, self.news, self.cancel);
        match origin {
            Origin::Vendor => {
                let base = self.mirror().unwrap_or(vendor::CLI_VENDOR);
                let archive = vendor::Archive::of_cli(base, pin);
                vendor::fetch(&archive, &[CLI], partial, news, cancel).await
            }
            _ => pip::fetch(pin, partial, environment, news, cancel).await,
        }
    }

    fn why_nothing_is_fetched(&self) -> String {
        self.pin.map_or_else(
            || "no release for this platform".to_owned(),
            |pin| {
                format!(
                    "only {} can be fetched, which has another server",
                    pin.version
                )
            },
        )
    }

    fn not_found(&self, tried: Vec<Attempt>) -> Error {
        Error::NotFound {
            target: Target::Cli {
                server: self.server.to_owned(),
            },
            tried,
        }
    }
}

impl Temporal {
    fn new(path: Utf8PathBuf, origin: Origin) -> Self {
        Self {
            program: Program::new(path, Vec::new()),
            origin,
        }
    }
}

#[cfg(test)]
mod tests;
