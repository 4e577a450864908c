//! Finding the Temporal CLI, or fetching it.

use std::time::Duration;

use camino::{Utf8Path, Utf8PathBuf};
use tokio_util::sync::CancellationToken;

use super::cache::{Content, Folder, Locked};
use super::error::{Attempt, Error};
use super::pin::{CliVersion, Pin};
use super::program::Program;
use super::{pip, site};
use crate::event::Events;
use crate::tool::{self, Environment, Family, Tool};

/// How long a CLI may take to say its version; the first start from a cold disk is slow.
const ASK: Duration = Duration::from_secs(20);

/// What is looked for, and where.
#[derive(Debug)]
pub struct TemporalSearch<'a> {
    /// The server version that the CLI must have in it.
    pub server: &'a str,
    /// The CLI that the profile names.
    pub explicit: Option<&'a Utf8Path>,
    /// The release that may be fetched, where there is one for this platform.
    pub pin: Option<&'a Pin>,
    /// A folder to download into where the cache cannot be written.
    pub fallback: &'a Utf8Path,
    /// `HARNESS_TEMPORAL`, `HARNESS_TEMPORAL_MIRROR`, `HARNESS_CACHE`, `PATH`, ...
    pub environment: &'a Environment,
    /// Told of progress.
    pub events: &'a Events,
    /// Cancelled when the user asks to stop.
    pub cancel: &'a CancellationToken,
}

/// A Temporal CLI of the right version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Temporal {
    /// The CLI.
    pub program: Program,
    /// Where it came from.
    pub origin: Origin,
}

/// Where a Temporal CLI came from, in the order of preference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The user named it.
    Explicit,
    /// It is on `PATH`.
    Path,
    /// An earlier run fetched it.
    Cache,
    /// pip fetched it.
    Pip,
    /// It was downloaded from the vendor's site or a mirror.
    Site,
}

impl TemporalSearch<'_> {
    /// Finds the CLI, or fetches it.
    ///
    /// The order: `HARNESS_TEMPORAL`, the profile's path, `PATH`, the cache, pip, the vendor's
    /// site. `HARNESS_TEMPORAL_MIRROR` replaces the vendor's site and then comes before pip:
    /// someone who sets it wants it used, and behind such a mirror pip often waits in vain.
    pub async fn resolve(&self) -> Result<Temporal, Error> {
        let mut tried = Vec::new();
        if let Some(found) = self.locate(&mut tried).await? {
            return Ok(found);
        }
        self.fetch(tried).await
    }

    /// Finds the CLI on this machine; `tried` gets what did not help. Fetches nothing.
    pub async fn locate(&self, tried: &mut Vec<Attempt>) -> Result<Option<Temporal>, Error> {
        if let Some((origin, path)) = self.named() {
            return self.explicit(origin, path).await.map(Some);
        }
        match self.on_path().await {
            Ok(path) => return Ok(Some(Temporal::new(path, Origin::Path))),
            Err(attempt) => tried.push(attempt),
        }
        let Some(pin) = self.wanted_pin() else {
            return Ok(None);
        };
        for folder in self.folders(pin) {
            let reason = match folder.content(pin).await {
                Content::Right => {
                    return Ok(Some(Temporal::new(folder.executable(), Origin::Cache)));
                }
                Content::Nothing => "nothing there yet",
                Content::Corrupt => "what is there is corrupt",
            };
            tried.push(attempt(folder.path().as_str(), reason));
        }
        Ok(None)
    }

    /// Whether a CLI of the wanted version can be fetched.
    pub fn can_fetch(&self) -> bool {
        self.wanted_pin().is_some()
    }

    /// The release that may be fetched, if it is the one that is wanted.
    fn wanted_pin(&self) -> Option<&Pin> {
        self.pin.filter(|pin| pin.version.server == self.server)
    }

    fn named(&self) -> Option<(&'static str, &Utf8Path)> {
        let variable = self.environment.text("HARNESS_TEMPORAL").map(Utf8Path::new);
        let variable = variable.map(|path| ("HARNESS_TEMPORAL", path));
        variable.or(self.explicit.map(|path| ("the profile", path)))
    }

    async fn explicit(&self, origin: &'static str, path: &Utf8Path) -> Result<Temporal, Error> {
        let refused = |reason: String| Error::Explicit {
            origin,
            path: path.to_owned(),
            reason,
        };
        let absolute = camino::absolute_utf8(path).map_err(|error| refused(error.to_string()))?;
        if !absolute.is_file() {
            return Err(refused("there is no such file".to_owned()));
        }
        match self.check(&absolute).await {
            Ok(()) => Ok(Temporal::new(absolute, Origin::Explicit)),
            Err(error) if error.ends_the_search() => Err(error),
            Err(error) => Err(refused(error.with_causes())),
        }
    }

    async fn on_path(&self) -> Result<Utf8PathBuf, Attempt> {
        let found = self.environment.find("temporal");
        let path = found.ok_or_else(|| attempt("PATH", "there is no `temporal` on it"))?;
        match self.check(&path).await {
            Ok(()) => Ok(path),
            Err(error) => Err(attempt(path, error.with_causes())),
        }
    }

    /// Whether a CLI has the wanted server in it.
    async fn check(&self, path: &Utf8Path) -> Result<(), Error> {
        let asked = async {
            let tool = Tool::new(path.as_str(), Family::Other, self.environment, ASK)?;
            tool.arguments(["--version"]).output(self.cancel).await
        };
        let output = asked.await.map_err(|source| match source {
            tool::Error::Interrupted { .. } => Error::Interrupted,
            source => Error::Ask(source),
        })?;
        let found = CliVersion::parse(&output.output);
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

    /// Where a fetched CLI may be, the first choice first.
    fn folders(&self, pin: &Pin) -> Vec<Folder> {
        let roots = cache_root(self.environment)
            .into_iter()
            .chain([self.fallback.to_owned()]);
        roots.map(|root| Folder::of(&root, pin)).collect()
    }

    async fn fetch(&self, mut tried: Vec<Attempt>) -> Result<Temporal, Error> {
        let Some(pin) = self.wanted_pin() else {
            tried.push(attempt("download", self.why_nothing_is_fetched()));
            return Err(self.exhausted(tried));
        };
        let locked = self.lock(pin).await?;
        // Another run may have fetched it while this one waited for the lock.
        match locked.folder().content(pin).await {
            Content::Right => {
                return Ok(Temporal::new(locked.folder().executable(), Origin::Cache));
            }
            Content::Nothing => {}
            Content::Corrupt => self.events.notice(format!(
                "{} is corrupt: it is fetched again",
                locked.folder().executable()
            )),
        }
        for origin in self.order() {
            let fetched = self.fetch_from(origin, pin, &locked).await;
            let folder = locked.folder().path();
            match fetched.map_err(|error| error.in_folder(folder, pin.room())) {
                Ok(()) => return Ok(Temporal::new(locked.folder().executable(), origin)),
                Err(error) if error.ends_the_search() => return Err(error),
                Err(error) => tried.push(attempt(self.source(origin), error.with_causes())),
            }
        }
        Err(self.exhausted(tried))
    }

    /// The first folder that can be written, locked.
    async fn lock(&self, pin: &Pin) -> Result<Locked, Error> {
        let mut tried = Vec::new();
        for folder in self.folders(pin) {
            let locked = folder.lock(self.events, self.cancel).await;
            match locked.map_err(|error| error.in_folder(folder.path(), pin.room())) {
                Ok(locked) => {
                    if let Some(Attempt { what, reason }) = tried.first() {
                        let instead = locked.folder().path();
                        self.events.notice(format!(
                            "cannot write {what} ({reason}): keeping the Temporal CLI in {instead}"
                        ));
                    }
                    return Ok(locked);
                }
                Err(error @ Error::File { .. }) => {
                    tried.push(attempt(folder.path().as_str(), error.with_causes()));
                }
                Err(error) => return Err(error),
            }
        }
        Err(Error::Keep { tried })
    }

    fn mirror(&self) -> Option<&str> {
        self.environment.text("HARNESS_TEMPORAL_MIRROR")
    }

    fn order(&self) -> [Origin; 2] {
        match self.mirror() {
            Some(_) => [Origin::Site, Origin::Pip],
            None => [Origin::Pip, Origin::Site],
        }
    }

    async fn fetch_from(&self, origin: Origin, pin: &Pin, locked: &Locked) -> Result<(), Error> {
        let partial = locked.partial(pin)?;
        let (environment, events, cancel) = (self.environment, self.events, self.cancel);
        let downloaded = match origin {
            Origin::Site => {
                let base = self.mirror().unwrap_or(site::VENDOR);
                site::fetch(base, pin, partial.path(), events, cancel).await?
            }
            _ => pip::fetch(pin, partial.path(), environment, events, cancel).await?,
        };
        locked.install(pin, &downloaded).await
    }

    /// A source as people know it.
    fn source(&self, origin: Origin) -> &'static str {
        match origin {
            Origin::Site if self.mirror().is_some() => "the mirror",
            Origin::Site => "the vendor's site",
            _ => "pip",
        }
    }

    fn why_nothing_is_fetched(&self) -> String {
        self.pin.map_or_else(
            || "there is no release for this platform".to_owned(),
            |pin| format!("only {} is fetched, which has another server", pin.version),
        )
    }

    fn exhausted(&self, tried: Vec<Attempt>) -> Error {
        Error::Exhausted {
            server: self.server.to_owned(),
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

fn attempt(what: impl Into<String>, reason: impl Into<String>) -> Attempt {
    Attempt {
        what: what.into(),
        reason: reason.into(),
    }
}

/// The cache folder: `HARNESS_CACHE`, or `harness` in the XDG cache folder (a relative one is
/// not valid, says that specification, and counts as not set).
fn cache_root(environment: &Environment) -> Option<Utf8PathBuf> {
    if let Some(given) = environment.text("HARNESS_CACHE") {
        return camino::absolute_utf8(given).ok();
    }
    let xdg = environment.text("XDG_CACHE_HOME").map(Utf8PathBuf::from);
    let caches = xdg
        .filter(|folder| folder.is_absolute())
        .or_else(|| Some(environment.home()?.join(".cache")))?;
    Some(caches.join("harness"))
}

#[cfg(test)]
mod tests;
