//! Finds, fetches or builds Temporal's server and its SQL tool.

use base::news::Listener;
use base::tool::Environment;
use camino::{Utf8Path, Utf8PathBuf};
use tokio_util::sync::CancellationToken;

use super::error::{Attempt, Error, Target};
use super::pin::Platform;
use super::program::{Origin, Program};
use super::release::{Executable, Release, SERVER, SQL_TOOL};
use super::store::Store;
use super::{find, go, vendor};

/// Bytes of disk space that fetching needs: the archive and its two executables.
const ROOM: u64 = 400_000_000;

/// What to search for, and where.
#[derive(Debug)]
pub struct ServerSearch<'a> {
    pub version: &'a str,
    /// The folder to fetch into when the cache is not writable.
    pub fallback: &'a Utf8Path,
    /// `HARNESS_TEMPORAL_SERVER`, `HARNESS_TEMPORAL_SQL_TOOL`, `HARNESS_TEMPORAL_SERVER_MIRROR`,
    /// `HARNESS_CACHE`, `PATH`, ...
    pub environment: &'a Environment,
    /// Receives progress.
    pub news: &'a Listener,
    /// Cancelled when the user asks to stop.
    pub cancel: &'a CancellationToken,
}

/// Temporal's server and its SQL tool, both of the same version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerPrograms {
    pub server: Program,
    /// The tool that creates and updates the database schemas.
    pub sql_tool: Program,
    /// Where they came from. If they differ, the later one in the order of preference.
    pub origin: Origin,
}

struct Part {
    name: &'static str,
    /// The variable in which the user names it.
    variable: &'static str,
    /// The text before the version in what `--version` prints.
    prints: &'static str,
}

const PARTS: [Part; 2] = [
    Part {
        name: SERVER,
        variable: "HARNESS_TEMPORAL_SERVER",
        prints: "temporal",
    },
    Part {
        name: SQL_TOOL,
        variable: "HARNESS_TEMPORAL_SQL_TOOL",
        prints: "temporal-sql-tool",
    },
];

impl ServerSearch<'_> {
    /// Finds the programs, or fetches or builds them.
    ///
    /// The order for each program: its variable, `PATH`, the cache, the vendor's archive, Go.
    /// `HARNESS_TEMPORAL_SERVER_MIRROR` replaces the vendor's site.
    pub async fn resolve(&self) -> Result<ServerPrograms, Error> {
        let mut tried = Vec::new();
        let here = self.here(&mut tried).await?;
        if let Some(found) = self.with_cache(&here, &mut tried).await {
            return Ok(found);
        }
        self.fetch(&here, tried).await
    }

    /// Finds the programs on this machine without fetching. `tried` receives the failed attempts.
    pub async fn locate(&self, tried: &mut Vec<Attempt>) -> Result<Option<ServerPrograms>, Error> {
        let here = self.here(tried).await?;
        Ok(self.with_cache(&here, tried).await)
    }

    /// The programs that the user names or that are on `PATH`.
    async fn here(
        &self,
        tried: &mut Vec<Attempt>,
    ) -> Result<[Option<(Utf8PathBuf, Origin)>; 2], Error> {
        let [server, sql_tool] = &PARTS;
        Ok([
            self.part(server, tried).await?,
            self.part(sql_tool, tried).await?,
        ])
    }

    async fn part(
        &self,
        part: &Part,
        tried: &mut Vec<Attempt>,
    ) -> Result<Option<(Utf8PathBuf, Origin)>, Error> {
        let check = async |path: &Utf8Path| self.check(part, path).await;
        if let Some(path) = self.environment.text(part.variable) {
            let path = find::named(part.variable, Utf8Path::new(path), check).await?;
            return Ok(Some((path, Origin::Explicit)));
        }
        match find::on_path(part.name, self.environment, check).await {
            Ok(path) => Ok(Some((path, Origin::Path))),
            Err(attempt) => {
                tried.push(attempt);
                Ok(None)
            }
        }
    }

    /// Checks that a program has the wanted version.
    async fn check(&self, part: &Part, path: &Utf8Path) -> Result<(), Error> {
        let output = find::version(path, self.environment, self.cancel).await?;
        let wanted = format!("{} version {}", part.prints, self.version);
        if output.trim() == wanted {
            return Ok(());
        }
        Err(Error::Version { output, wanted })
    }

    /// The given programs, with the cached ones for the rest.
    async fn with_cache(
        &self,
        here: &[Option<(Utf8PathBuf, Origin)>; 2],
        tried: &mut Vec<Attempt>,
    ) -> Option<ServerPrograms> {
        if let [Some(_), Some(_)] = here {
            return Some(programs(here, Utf8Path::new(""), Origin::Path));
        }
        let folder = self.store().find(&self.release()?, tried).await?;
        Some(programs(here, folder.path(), Origin::Cache))
    }

    async fn fetch(
        &self,
        here: &[Option<(Utf8PathBuf, Origin)>; 2],
        mut tried: Vec<Attempt>,
    ) -> Result<ServerPrograms, Error> {
        let Some(release) = self.release() else {
            let reason = "no release for this platform";
            tried.push(Attempt::new("download", reason));
            return Err(self.not_found(tried));
        };
        let site = match self.mirror() {
            Some(_) => "the mirror",
            None => "the vendor's site",
        };
        let sources = [(Origin::Vendor, site), (Origin::Go, "Go")];
        let fetch = async |origin, partial: &Utf8Path| self.fetch_from(origin, partial).await;
        let store = self.store();
        let filled = store.fill(&release, &sources, &mut tried, fetch);
        match Box::pin(filled).await? {
            Some((folder, origin)) => Ok(programs(here, folder.path(), origin)),
            None => Err(self.not_found(tried)),
        }
    }

    async fn fetch_from(&self, origin: Origin, partial: &Utf8Path) -> Result<(), Error> {
        let (environment, news, cancel) = (self.environment, self.news, self.cancel);
        match (origin, Platform::current()) {
            (Origin::Vendor, Some(platform)) => {
                let base = self.mirror().unwrap_or(vendor::SERVER_VENDOR);
                let archive = vendor::Archive::of_server(base, self.version, platform)?;
                vendor::fetch(&archive, &[SERVER, SQL_TOOL], partial, news, cancel).await
            }
            _ => go::build(self.version, partial, environment, news, cancel).await,
        }
    }

    fn mirror(&self) -> Option<&str> {
        self.environment.text("HARNESS_TEMPORAL_SERVER_MIRROR")
    }

    fn store(&self) -> Store<'_> {
        Store {
            fallback: self.fallback,
            environment: self.environment,
            news: self.news,
            cancel: self.cancel,
        }
    }

    /// What a cache folder keeps; `None` where the vendor has no release for this platform.
    fn release(&self) -> Option<Release> {
        let platform = Platform::current()?;
        let unpinned = |name| Executable { name, sha256: None };
        Some(Release {
            what: "temporal-server",
            folder: format!("temporal-server/{}/{platform}", self.version).into(),
            executables: [SERVER, SQL_TOOL].map(unpinned).to_vec(),
            room: ROOM,
        })
    }

    fn not_found(&self, tried: Vec<Attempt>) -> Error {
        Error::NotFound {
            target: Target::Server {
                version: self.version.to_owned(),
            },
            tried,
        }
    }
}

/// Both programs: the given ones, and the rest from `folder`, which was filled from `origin`.
fn programs(
    here: &[Option<(Utf8PathBuf, Origin)>; 2],
    folder: &Utf8Path,
    origin: Origin,
) -> ServerPrograms {
    let part = |number: usize| {
        let found = here[number].clone();
        found.unwrap_or_else(|| (folder.join(PARTS[number].name), origin))
    };
    let ((server, one), (sql_tool, other)) = (part(0), part(1));
    ServerPrograms {
        server: Program::new(server, Vec::new()),
        sql_tool: Program::new(sql_tool, Vec::new()),
        origin: one.max(other),
    }
}

#[cfg(test)]
mod tests;
