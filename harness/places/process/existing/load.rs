//! The record of a load on an existing cluster, and the end of the load.

use std::collections::BTreeSet;
use std::io;
use std::time::Duration;

use backend::LeftOpen;
use backend::state::Directory;
use base::tool::Environment;
use camino::Utf8Path;
use tokio_util::sync::CancellationToken;

use super::cluster::Cluster;
use super::ending::{Ending, Unfinished, Workflows as _};
use super::error::Error;
use super::record::Load;

/// How long the server lists nothing before nothing is left, after a load whose open workflows are
/// known. It may still carry out a start that had no answer.
const SETTLED: Duration = Duration::from_secs(2);

/// The same if nothing is known: the list is the only source then. A server lists a workflow after
/// a second or two, or later if it is busy.
const SETTLED_IF_UNKNOWN: Duration = Duration::from_secs(10);

/// Records a load before it begins. Fails if the cluster could not list its workflows afterwards.
pub(in crate::process) async fn begin(
    state: &Directory,
    cluster: &Cluster,
    prefixes: &[String],
) -> Result<(), Error> {
    let path = state.load();
    if path.exists() {
        return Err(Error::Unended { path });
    }
    let client = cluster.client().await?;
    for prefix in prefixes {
        let listed = client.open(prefix).await;
        listed.map_err(|error| cluster.refused(&error))?;
    }
    let load = Load {
        cluster: cluster.settings.clone(),
        prefixes: prefixes.to_vec(),
    };
    load.write(state)
        .map_err(|source| Error::WriteRecord { path, source })
}

/// Terminates what the recorded load left open, and returns how many workflows were open. Uses the
/// cluster in the record, since the profile may have another one by now. If it is `own`, its files
/// were read and its connection is open. `known` are the ids of its open workflows, if they are
/// known.
pub(in crate::process) async fn end(
    state: &Directory,
    own: Option<&Cluster>,
    root: &Utf8Path,
    environment: &Environment,
    known: Option<&[String]>,
    stop: &CancellationToken,
) -> Result<u64, Error> {
    let Some(load) = recorded(state)? else {
        return Ok(0);
    };
    let left: BTreeSet<String> = known.unwrap_or_default().iter().cloned().collect();
    let mut ending = Ending {
        prefixes: &load.prefixes,
        settled: known.map_or(SETTLED_IF_UNKNOWN, |_| SETTLED),
        left,
        terminated: 0,
    };
    if known.is_none() || !ending.left.is_empty() {
        let recorded = Cluster::new(load.cluster.clone(), root, environment);
        let own = own.filter(|own| own.settings == load.cluster);
        let cluster = own.unwrap_or(&recorded);
        let ended = stop.run_until_cancelled(terminate(&mut ending, cluster));
        if let Err(cause) = ended.await.unwrap_or(Err(Error::Stopped)) {
            return Err(left_open(&load, &ending, state, cause).into());
        }
    }
    forget(state)?;
    Ok(ending.terminated)
}

async fn terminate(ending: &mut Ending<'_>, cluster: &Cluster) -> Result<(), Error> {
    let client = cluster.client().await?;
    let ended = ending.run(client).await;
    ended.map_err(|unfinished| match unfinished {
        Unfinished::Call(error) => cluster.refused(&error),
        Unfinished::Listed => Error::StillListed,
    })
}

/// The load that has not ended. No command could go on with a damaged record, so it is put aside.
fn recorded(state: &Directory) -> Result<Option<Load>, Error> {
    let path = state.load();
    match Load::read(state) {
        // An empty beginning would match every workflow.
        Ok(Some(load)) if load.prefixes.iter().any(String::is_empty) => put_aside(state),
        Ok(load) => Ok(load),
        Err(error) if error.kind() == io::ErrorKind::InvalidData => put_aside(state),
        Err(source) => Err(Error::ReadRecord { path, source }),
    }
}

fn put_aside(state: &Directory) -> Result<Option<Load>, Error> {
    let path = state.load();
    let aside = path.with_extension("json.damaged");
    match fs_err::rename(&path, &aside) {
        Ok(()) => Err(Error::Damaged { path: aside }),
        Err(source) => Err(Error::WriteRecord { path, source }),
    }
}

fn forget(state: &Directory) -> Result<(), Error> {
    Load::forget(state).map_err(|source| Error::WriteRecord {
        path: state.load(),
        source,
    })
}

fn left_open(load: &Load, ending: &Ending<'_>, state: &Directory, cause: Error) -> LeftOpen {
    LeftOpen {
        address: load.cluster.address.to_string(),
        namespace: load.cluster.namespace.clone(),
        prefixes: load.prefixes.clone(),
        known: ending.left.len(),
        record: state.load(),
        cause: cause.into(),
    }
}

#[cfg(test)]
mod tests {
    use model::profile::Backend;
    use model::profile::existing::Existing;

    use super::*;

    fn existing() -> Existing {
        match testing::profile::profile("existing", &[]).backend {
            Backend::Existing(existing) => *existing,
            other => panic!("backend {}", other.kind()),
        }
    }

    #[tokio::test]
    async fn a_record_is_kept_until_its_end_and_a_damaged_one_is_put_aside() {
        let folder = tempfile::tempdir().expect("a folder");
        let folder = Utf8Path::from_path(folder.path()).expect("UTF-8");
        let state = Directory::new(folder);
        fs_err::create_dir_all(state.run()).expect("a folder");
        let environment = Environment::default();
        let never = CancellationToken::new();
        let known = Some(&["open/2a-1/7", "open/2a-1/8"].map(str::to_owned)[..]);
        let ended = async |known| end(&state, None, folder, &environment, known, &never).await;
        assert_eq!(ended(None).await.expect("there is no load"), 0);

        let nobody = Existing {
            address: "127.0.0.1:1".parse().expect("an address"),
            ..existing()
        };
        let load = |prefix: &str| Load {
            cluster: nobody.clone(),
            prefixes: vec![prefix.to_owned()],
        };
        load("open/2a-1/").write(&state).expect("writable");
        let error = ended(None).await.expect_err("nobody listens").to_string();
        insta::assert_snapshot!(error, @"could not terminate the open workflows on 127.0.0.1:1 in namespace default whose ids begin with open/2a-1/");
        let error = ended(known).await.expect_err("nobody listens").to_string();
        insta::assert_snapshot!(error, @"could not terminate the 2 open workflows on 127.0.0.1:1 in namespace default whose ids begin with open/2a-1/");
        assert!(state.load().exists());
        let cluster = Cluster::new(nobody.clone(), folder, &environment);
        let again = begin(&state, &cluster, &[]);
        again.await.expect_err("a load has not ended");
        assert_eq!(ended(Some(&[])).await.expect("all are closed"), 0);
        assert!(!state.load().exists());

        let every = serde_json::to_string(&load("")).expect("JSON");
        for damaged in ["garbage", &every] {
            fs_err::write(state.load(), damaged).expect("writable");
            let error = ended(None).await.expect_err("it is damaged").to_string();
            assert!(error.contains("load.json.damaged"), "{error}");
            assert_eq!(ended(None).await.expect("it was put aside"), 0);
        }
    }
}
