//! The golden snapshot as a volume: what it is called, how it is filled, how it is copied.
//!
//! The data is in the folder `data` of the volume, which gets that name once everything is in it:
//! a snapshot that is there is whole, whoever was killed while making it, and however many made it
//! at the same time.

use std::collections::BTreeMap;
use std::time::Duration;

use docker::{ContainerSpec, Engine, Image, Mount, OWNER};
use model::topology::{Database, Digest};
use tokio_util::sync::CancellationToken;

use super::Error;
use super::name::Names;

/// The label of a snapshot's volume; its value is what the snapshot is known by.
const LABEL: &str = "dev.harness.golden";

/// How the data of a snapshot is laid out; another one makes another snapshot.
const LAYOUT: u32 = 1;

/// How long some hundred megabytes may take to be copied.
const COPY: Duration = Duration::from_mins(5);

/// Fills a snapshot from the volume of a MySQL that has ended. What identifies that server, and
/// its keys, are no part of it. What somebody else is about to write is left alone, unless it is
/// from an hour ago: then nobody is.
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

/// Copies a snapshot to a volume that has no whole copy yet, and tells the user that MySQL runs as.
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

/// The code by which the script above says that there is no snapshot.
const NO_SNAPSHOT: i64 = 3;

/// A snapshot, which may not be there yet.
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

    /// What it is known by.
    pub(super) fn key(&self) -> &str {
        &self.key
    }

    /// Its volume.
    pub(super) fn volume(&self) -> String {
        format!("harness-golden-{}", self.key)
    }
}

/// Removes the snapshot that the database of a topology begins as a copy of, and no other: `server`
/// is the release of Temporal. Whoever needs it next makes it anew.
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
        // What there is no image of was never made.
        None => Ok(()),
    }
}

/// Containers of the image that run a script on volumes and end.
#[derive(Debug, Clone, Copy)]
pub(super) struct Helper<'a> {
    pub(super) engine: &'a Engine,
    pub(super) names: &'a Names,
    pub(super) owner: &'a str,
    pub(super) image: &'a Image,
}

impl Helper<'_> {
    /// Whether the volume of a snapshot is there and was made for it; Docker makes an empty one
    /// for whoever names it.
    pub(super) async fn has_volume(&self, snapshot: &Snapshot) -> Result<bool, Error> {
        let labels = self.engine.volume(&snapshot.volume()).await?;
        let label = labels.and_then(|mut labels| labels.remove(LABEL));
        Ok(label.as_deref() == Some(snapshot.key()))
    }

    /// Whether a snapshot is whole.
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
            (code, said) => Err(Error::Helper {
                act: "keep the data of MySQL for later",
                code,
                said,
            }),
        }
    }

    /// Makes the data volume a copy of a snapshot, unless it is one already; answers with the user
    /// and group that MySQL runs as.
    pub(super) async fn seed(&self, snapshot: &Snapshot) -> Result<(u64, u64), Error> {
        let data = self.names.data();
        let owner = BTreeMap::from([(OWNER.to_owned(), self.owner.to_owned())]);
        self.engine.create_volume(&data, &owner).await?;
        let mut mounts = vec![mount(&data, "/data", false)];
        if self.has_volume(snapshot).await? {
            mounts.push(golden(snapshot, true));
        }
        match self.run(SEED, mounts).await? {
            (0, said) => user(said),
            (NO_SNAPSHOT, _) => {
                let volume = snapshot.volume();
                // Without its volume it counts as not made, whatever the cache folder says.
                self.engine.remove_volume(&volume).await?;
                Err(Error::NoSnapshot { volume })
            }
            (code, said) => Err(Error::Helper {
                act: "copy the data of MySQL",
                code,
                said,
            }),
        }
    }

    /// The user and group that MySQL runs as in the image.
    pub(super) async fn user(&self) -> Result<(u64, u64), Error> {
        match self.run("id -u mysql; id -g mysql", Vec::new()).await? {
            (0, said) => user(said),
            (code, said) => Err(no_user(code, said)),
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
        // A copy that is cut short has to be made again; it takes a second.
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

/// Reads what `id` says of user and group.
fn user(said: String) -> Result<(u64, u64), Error> {
    let mut numbers = said.lines().map(str::parse);
    match (numbers.next(), numbers.next()) {
        (Some(Ok(user)), Some(Ok(group))) => Ok((user, group)),
        _ => Err(no_user(0, said)),
    }
}

fn no_user(code: i64, said: String) -> Error {
    Error::Helper {
        act: "find the user that MySQL runs as in its image",
        code,
        said,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_snapshot_is_known_by_image_and_release() {
        let snapshot = Snapshot::of("sha256:00", "1.32.0");
        insta::assert_snapshot!(snapshot.volume(), @"harness-golden-7f43c61c18f4784c");
        assert_eq!(snapshot, Snapshot::of("sha256:00", "1.32.0"));
        assert_ne!(snapshot, Snapshot::of("sha256:01", "1.32.0"));
        assert_ne!(snapshot, Snapshot::of("sha256:00", "1.31.0"));
    }

    #[test]
    fn the_user_of_mysql_is_read_from_what_the_image_says() {
        assert_eq!(
            user("999\n998\n".to_owned()).expect("two numbers"),
            (999, 998)
        );
        assert!(user("id: mysql: no such user\n".to_owned()).is_err());
    }
}
