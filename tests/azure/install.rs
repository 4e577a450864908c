//! Microsoft's tools, installed once for each set of versions below the build's folder.

use std::time::Duration;

use camino::{Utf8Path, Utf8PathBuf};
use fs_err::{self as fs, File};
use sha2::{Digest as _, Sha256};
use testing::need::Need;
use testing::suite::block_on;

use super::child::{run, tool};

/// Microsoft's tools. Looking for them installs them.
pub(crate) const AZURE_JUDGES: Need = Need {
    name: "azure-judges",
    look: || {
        block_on(async {
            oav().await?;
            python().await
        })
        .map(drop)
    },
};

/// How long a step of an installation may take.
const DEADLINE: Duration = Duration::from_mins(8);

/// The files that say what is installed, by name.
type Files = &'static [(&'static str, &'static str)];

const OAV: Files = &[
    ("package.json", include_str!("oav/package.json")),
    ("package-lock.json", include_str!("oav/package-lock.json")),
    (".npmrc", include_str!("oav/.npmrc")),
];

const CLIENTS: Files = &[("requirements.txt", include_str!("clients/requirements.txt"))];

/// The folder of Node's modules with `oav`.
pub(crate) async fn oav() -> Result<Utf8PathBuf, String> {
    let steps: &[&[&str]] = &[&["npm", "ci"]];
    let folder = install("oav", OAV, &["node", "--version"], steps).await?;
    Ok(folder.join("node_modules"))
}

/// A Python that has the clients.
pub(crate) async fn python() -> Result<Utf8PathBuf, String> {
    let pip = [
        "venv/bin/python",
        "-m",
        "pip",
        "install",
        "--no-deps",
        "--only-binary=:all:",
        "--disable-pip-version-check",
        "--no-input",
        "--requirement",
        "requirements.txt",
    ];
    let steps: &[&[&str]] = &[&["python3", "-m", "venv", "venv"], &pip];
    let folder = install("clients", CLIENTS, &["python3", "--version"], steps).await?;
    Ok(folder.join("venv/bin/python"))
}

/// The folder in which those files have been installed by those steps.
async fn install(
    name: &str,
    files: Files,
    version: &[&str],
    steps: &[&[&str]],
) -> Result<Utf8PathBuf, String> {
    // Another Python or Node has modules of its own.
    let version = run(tool(version[0], &version[1..]), DEADLINE).await?;
    let folder = folder(name, files, &version);
    let parent = folder.parent().expect("it is in one");
    let failed = |error: std::io::Error| format!("{folder}: {error}");
    fs::create_dir_all(parent).map_err(failed)?;
    // Whoever comes second, in this process or another, finds it done.
    let lock = File::create(folder.with_extension("lock")).map_err(failed)?;
    let lock = tokio::task::spawn_blocking(move || lock.lock().map(|()| lock));
    let _held = lock.await.expect("nothing in it panics").map_err(failed)?;
    let complete = folder.join("complete");
    if complete.exists() {
        return Ok(folder);
    }
    if folder.exists() {
        fs::remove_dir_all(&folder).map_err(failed)?;
    }
    fs::create_dir_all(&folder).map_err(failed)?;
    for (name, text) in files {
        fs::write(folder.join(name), text).map_err(failed)?;
    }
    for step in steps {
        let mut step = tool(program(&folder, step[0]), &step[1..]);
        step.current_dir(&folder);
        run(step, DEADLINE).await?;
    }
    fs::write(&complete, "").map_err(failed)?;
    Ok(folder)
}

/// A program of the folder where one is named, else the machine's.
fn program(folder: &Utf8Path, name: &str) -> Utf8PathBuf {
    if name.contains('/') {
        folder.join(name)
    } else {
        name.into()
    }
}

/// Where it goes: another version of anything goes elsewhere.
fn folder(name: &str, files: Files, version: &str) -> Utf8PathBuf {
    let mut digest = Sha256::new();
    digest.update(version);
    for (name, text) in files {
        digest.update(format!("{name}\n{}\n{text}", text.len()));
    }
    let digest: Vec<String> = digest.finalize()[..6]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let digest = digest.concat();
    Utf8Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("judges/{name}-{digest}"))
}
