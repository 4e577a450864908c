//! The golden snapshot as a volume: its name, and how it is filled and copied.
//!
//! The data is in the folder `data` of the volume. The folder is renamed to `data` after it is
//! complete. So an existing snapshot is complete, even if a process that made one was killed, or
//! several made it at the same time.

use std::collections::BTreeMap;
use std::time::Duration;

use docker::{ContainerSpec, Engine, Image, Mount, OWNER};
use model::topology::{Database, Digest};
use tokio_util::sync::CancellationToken;

use super::Error;
use super::name::Names;
use super::site::Site;

/// The label of a snapshot's volume. Its value is the snapshot's key.
const LABEL: &str = "dev.harness.golden";

/// The version of the layout of a snapshot. Another version has another key.
const LAYOUT: u32 = 1;

/// How long copying some hundred megabytes may take.
const COPY: Duration = Duration::from_mins(5);

/// Fills a snapshot from the volume of a stopped MySQL. Leaves out the server's identity and its
/// keys. Partial data of others is kept for an hour, because they may still be writing it.
const FILL: &str = r#"
    part="/golden/part-$(cat /etc/hostname)"
    if [ ! -e /golden/data ]; then
        cp -a /build "$part"
        rm -f "$part"/auto.cnf "$part"/*.pem
        sync
        mv -T "$part" /golden/data || [ -e /golden/data ]
    fi
    rm -rf "$part"
    for old in /golden/part-*; do
        if [ -e "$old" ] && [ $(($(date +%s) - $(stat -c %Z "$old"))) -gt 3600 ]; then
            rm -rf "$old"
        fi
    done
"#;

/// Copies a snapshot to a volume without a complete copy, and prints the user and group of MySQL.
const SEED: &str = r"
    if [ ! -e /data/.harness-whole ]; then
        [ -e /golden/data ] || exit 3
        find /data -mindepth 1 -delete
        cp -a /golden/data/. /data/
        touch /data/.harness-whole
    fi
    id -u mysql
    id -g mysql
";

/// The exit code of the script above if there is no snapshot.
const NO_SNAPSHOT: i64 = 3;

/// A snapshot, which may not exist yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Snapshot {
    key: String,
}

impl Snapshot {
    /// The snapshot of an image with the schemas of a release.
    pub(super) fn of(image: &str, server: &str) -> Self {
        let mut key = Digest::of(&(LAYOUT, image, server)).to_string();
        key.truncate(16);
        Self { key }
    }

    /// The part of its name that depends on its content.
    pub(super) fn key(&self) -> &str {
        &self.key
    }

    pub(super) fn volume(&self) -> String {
        format!("harness-golden-{}", self.key)
    }
}

/// Removes the snapshot that a topology's database is copied from. `server` is the release of
/// Temporal. The next database that needs it makes it again.
pub async fn remove_snapshot(
    engine: &Engine,
    database: &Database,
    server: &str,
) -> Result<(), docker::Error> {
    match engine.image(&super::image(database)).await? {
        Some(image) => {
            let snapshot = Snapshot::of(&image.id, server);
            engine.remove_volume(&snapshot.volume()).await
        }
        // Without the image, the snapshot was never made.
        None => Ok(()),
    }
}

/// Containers of the image that run a script on volumes and exit.
#[derive(Debug, Clone, Copy)]
pub(super) struct Helper<'a> {
    pub(super) engine: &'a Engine,
    pub(super) names: &'a Names,
    pub(super) owner: &'a str,
    pub(super) image: &'a Image,
}

impl<'a> Helper<'a> {
    pub(super) fn new(site: &'a Site, image: &'a Image) -> Self {
        Self {
            engine: &site.engine,
            names: &site.names,
            owner: site.owner(),
            image,
        }
    }

    /// Whether the volume of a snapshot exists and has the right label. Docker creates an empty
    /// volume when a container mounts an unknown one.
    pub(super) async fn has_volume(&self, snapshot: &Snapshot) -> Result<bool, Error> {
        let labels = self.engine.volume(&snapshot.volume()).await?;
        let label = labels.and_then(|mut labels| labels.remove(LABEL));
        Ok(label.as_deref() == Some(snapshot.key()))
    }

    /// Whether a snapshot is complete.
    pub(super) async fn is_whole(&self, snapshot: &Snapshot) -> Result<bool, Error> {
        let script = "[ -e /golden/data ]";
        let (code, _) = self.run(script, vec![golden(snapshot, true)]).await?;
        Ok(code == 0)
    }

    /// Fills a snapshot from the volume `from`.
    pub(super) async fn fill(&self, snapshot: &Snapshot, from: &str) -> Result<(), Error> {
        let volume = snapshot.volume();
        if !self.has_volume(snapshot).await? {
            self.engine.remove_volume(&volume).await?;
            let labels = BTreeMap::from([(LABEL.to_owned(), snapshot.key().to_owned())]);
            self.engine.create_volume(&volume, &labels).await?;
        }
        let mounts = vec![mount(from, "/build", true), golden(snapshot, false)];
        match self.run(FILL, mounts).await? {
            (0, _) => Ok(()),
            (code, output) => Err(Error::Helper {
                act: "copy the data of MySQL into the snapshot",
                code,
                output,
            }),
        }
    }

    /// Makes the data volume a copy of a snapshot, unless it already is one. Returns the user and
    /// group of MySQL.
    pub(super) async fn seed(&self, snapshot: &Snapshot) -> Result<(u64, u64), Error> {
        let data = self.names.data();
        let owner = BTreeMap::from([(OWNER.to_owned(), self.owner.to_owned())]);
        self.engine.create_volume(&data, &owner).await?;
        let mut mounts = vec![mount(&data, "/data", false)];
        if self.has_volume(snapshot).await? {
            mounts.push(golden(snapshot, true));
        }
        match self.run(SEED, mounts).await? {
            (0, output) => user(output),
            (NO_SNAPSHOT, _) => {
                let volume = snapshot.volume();
                // Without its volume the record in the cache folder is wrong.
                self.engine.remove_volume(&volume).await?;
                Err(Error::NoSnapshot { volume })
            }
            (code, output) => Err(Error::Helper {
                act: "copy the data of MySQL from the snapshot",
                code,
                output,
            }),
        }
    }

    /// The user and group of MySQL in the image.
    pub(super) async fn user(&self) -> Result<(u64, u64), Error> {
        match self.run("id -u mysql; id -g mysql", Vec::new()).await? {
            (0, output) => user(output),
            (code, output) => Err(no_user(code, output)),
        }
    }

    async fn run(&self, script: &str, mounts: Vec<Mount>) -> Result<(i64, String), Error> {
        let spec = ContainerSpec {
            name: self.names.helper("copy"),
            image: self.image.id.clone(),
            entrypoint: Some(["/bin/sh", "-ec"].map(str::to_owned).into()),
            arguments: vec![script.to_owned()],
            user: Some("0:0".to_owned()),
            owner: self.owner.to_owned(),
            network: Some("none".to_owned()),
            mounts,
            ..ContainerSpec::default()
        };
        // An interrupted copy would have to be made again, and it takes only a second.
        let never = CancellationToken::new();
        Ok(self.engine.run_container(&spec, COPY, &never).await?)
    }
}

fn mount(volume: &str, target: &str, read_only: bool) -> Mount {
    Mount {
        volume: volume.to_owned(),
        target: target.to_owned(),
        read_only,
    }
}

fn golden(snapshot: &Snapshot, read_only: bool) -> Mount {
    mount(&snapshot.volume(), "/golden", read_only)
}

/// Parses the user and group that `id` prints.
fn user(output: String) -> Result<(u64, u64), Error> {
    let mut numbers = output.lines().map(str::parse);
    match (numbers.next(), numbers.next()) {
        (Some(Ok(user)), Some(Ok(group))) => Ok((user, group)),
        _ => Err(no_user(0, output)),
    }
}

fn no_user(code: i64, output: String) -> Error {
    Error::Helper {
        act: "find the user of MySQL in its image",
        code,
        output,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_of_a_snapshot_depends_on_image_and_release() {
        let snapshot = Snapshot::of("sha256:00", "1.32.0");
        insta::assert_snapshot!(snapshot.volume(), @"harness-golden-7f43c61c18f4784c");
        assert_eq!(snapshot, Snapshot::of("sha256:00", "1.32.0"));
        assert_ne!(snapshot, Snapshot::of("sha256:01", "1.32.0"));
        assert_ne!(snapshot, Snapshot::of("sha256:00", "1.31.0"));
    }

    #[test]
    fn the_user_of_mysql_is_parsed_from_the_output_of_the_image() {
        assert_eq!(
            user("999\n998\n".to_owned()).expect("two numbers"),
            (999, 998)
        );
        assert!(user("id: mysql: no such user\n".to_owned()).is_err());
    }
}
