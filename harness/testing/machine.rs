//! A machine that has just the tools that a test gives it.

use std::os::unix::fs::PermissionsExt as _;

use base::tool::Environment;
use camino::{Utf8Path, Utf8PathBuf};

/// An environment whose `PATH` is `folder/bin` and the places of the shell's own tools, and
/// whose home is `folder/home`.
pub fn environment(folder: &Utf8Path) -> Environment {
    let path = format!("{}:/usr/bin:/bin", folder.join("bin"));
    Environment::default()
        .with("PATH", path)
        .with("HOME", folder.join("home").as_str())
}

/// A folder of its own, and an environment in which nothing is found but what is put into
/// `folder/bin`.
pub fn machine() -> (tempfile::TempDir, Utf8PathBuf, Environment) {
    let temporary = tempfile::tempdir().expect("a temporary folder");
    let folder = Utf8Path::from_path(temporary.path()).expect("text");
    let folder = folder.to_owned();
    let environment = environment(&folder).with("PATH", folder.join("bin").as_str());
    (temporary, folder, environment)
}

/// Puts a program into `folder/bin` that runs `script`.
pub fn tool(folder: &Utf8Path, name: &str, script: &str) -> Utf8PathBuf {
    let path = folder.join("bin").join(name);
    executable(&path, &format!("#!/bin/sh\n{script}\n"));
    path
}

/// Writes an executable file, folders included.
pub fn executable(path: &Utf8Path, content: &str) {
    let parent = path.parent().expect("a file is in a folder");
    fs_err::create_dir_all(parent).expect("the test's folder is writable");
    fs_err::write(path, content).expect("the test's folder is writable");
    fs_err::set_permissions(path, std::fs::Permissions::from_mode(0o755))
        .expect("the file is ours");
}
