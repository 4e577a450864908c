//! Where fetched programs are kept: in the cache folder, or else in the state folder.

use base::news::Listener;
use base::tool::Environment;
use camino::{Utf8Path, Utf8PathBuf};
use tokio_util::sync::CancellationToken;

use super::Origin;
use super::cache::{Content, Folder, Locked};
use super::error::{Attempt, Error};
use super::release::Release;

/// The folders that can keep a release, and how to fill one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Store<'a> {
    /// The folder to fetch into when the cache is not writable.
    pub(super) fallback: &'a Utf8Path,
    /// `HARNESS_CACHE`, `XDG_CACHE_HOME`, `HOME`.
    pub(super) environment: &'a Environment,
    /// Receives progress.
    pub(super) news: &'a Listener,
    /// Cancelled when the user asks to stop.
    pub(super) cancel: &'a CancellationToken,
}

impl Store<'_> {
    /// The folders that may hold a release, in order of preference.
    pub(super) fn folders(&self, release: &Release) -> Vec<Folder> {
        let roots = cache_root(self.environment)
            .into_iter()
            .chain([self.fallback.to_owned()]);
        roots.map(|root| Folder::of(&root, release)).collect()
    }

    /// The folder that has the release. `tried` receives the folders that do not have it.
    pub(super) async fn find(&self, release: &Release, tried: &mut Vec<Attempt>) -> Option<Folder> {
        for folder in self.folders(release) {
            let reason = match folder.content().await {
                Content::Right => return Some(folder),
                Content::Incomplete => "no such program yet",
                Content::Corrupt => "the program there is corrupt",
            };
            tried.push(Attempt::new(folder.path().as_str(), reason));
        }
        None
    }

    /// Fetches a release with `fetch` from the first source that has it. Each source has its name
    /// for messages. `fetch` leaves the executables in the given folder. Returns `None` if no
    /// source has the release; `tried` then has the reasons.
    pub(super) async fn fill(
        &self,
        release: &Release,
        sources: &[(Origin, &str)],
        tried: &mut Vec<Attempt>,
        fetch: impl AsyncFn(Origin, &Utf8Path) -> Result<(), Error>,
    ) -> Result<Option<(Folder, Origin)>, Error> {
        let locked = self.lock(release).await?;
        let folder = locked.folder().clone();
        // Another run may have fetched it while this one waited for the lock.
        match folder.content().await {
            Content::Right => return Ok(Some((folder, Origin::Cache))),
            Content::Incomplete => {}
            Content::Corrupt => self.news.notice(format!(
                "{} in {} is corrupt; fetching it again",
                release.what,
                folder.path()
            )),
        }
        for (origin, name) in sources {
            let fetched = async {
                let partial = locked.partial()?;
                fetch(*origin, partial.path()).await?;
                locked.install(partial.path()).await
            };
            match fetched
                .await
                .map_err(|error| error.in_folder(folder.path(), release))
            {
                Ok(()) => return Ok(Some((folder, *origin))),
                Err(error) if error.ends_the_search() => return Err(error),
                Err(error) => tried.push(Attempt::new(*name, error.with_causes())),
            }
        }
        Ok(None)
    }

    /// Locks the first writable folder.
    async fn lock(&self, release: &Release) -> Result<Locked, Error> {
        let what = release.what;
        let mut tried = Vec::new();
        for folder in self.folders(release) {
            let locked = folder.lock(self.news, self.cancel).await;
            match locked.map_err(|error| error.in_folder(folder.path(), release)) {
                Ok(locked) => {
                    if let Some(Attempt {
                        what: first,
                        reason,
                    }) = tried.first()
                    {
                        let instead = locked.folder().path();
                        self.news.notice(format!(
                            "could not write {first} ({reason}); keeping {what} in {instead}"
                        ));
                    }
                    return Ok(locked);
                }
                Err(error @ Error::File { .. }) => {
                    tried.push(Attempt::new(folder.path().as_str(), error.with_causes()));
                }
                Err(error) => return Err(error),
            }
        }
        Err(Error::NoFolder { what, tried })
    }
}

/// The cache folder: `HARNESS_CACHE`, or `harness` in the XDG cache folder. The XDG specification
/// says that a relative path is invalid, so it counts as not set.
pub fn cache_root(environment: &Environment) -> Option<Utf8PathBuf> {
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
mod tests {
    use super::*;

    #[test]
    fn the_cache_is_where_the_user_or_xdg_says() {
        let home = Environment::default().with("HOME", "/home/me");
        let root =
            |environment: &Environment| cache_root(environment).map(Utf8PathBuf::into_string);
        assert_eq!(root(&Environment::default()), None);
        assert_eq!(root(&home).as_deref(), Some("/home/me/.cache/harness"));
        let relative = home.clone().with("XDG_CACHE_HOME", "cache");
        assert_eq!(root(&relative).as_deref(), Some("/home/me/.cache/harness"));
        let xdg = home.with("XDG_CACHE_HOME", "/cache");
        assert_eq!(root(&xdg).as_deref(), Some("/cache/harness"));
        assert_eq!(
            root(&xdg.with("HARNESS_CACHE", "/mine")).as_deref(),
            Some("/mine")
        );
    }
}
