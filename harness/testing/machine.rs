//! A machine that has only the tools that a test makes.

use std::os::unix::fs::PermissionsExt as _;

use base::tool::Environment;
use camino::{Utf8Path, Utf8PathBuf};

/// An environment with `folder/bin` and the folders of the shell's own tools in `PATH`, and
/// `folder/home` as the home.
pub fn environment(folder: &Utf8Path) -> Environment {
    let path = format!("{}:/usr/bin:/bin", folder.join("bin"));
    Environment::default()
        .with("PATH", path)
        .with("HOME", folder.join("home").as_str())
}

/// A temporary folder, and an environment in which only the programs in `folder/bin` are found.
pub fn machine() -> (tempfile::TempDir, Utf8PathBuf, Environment) {
    let temporary = tempfile::tempdir().expect("a temporary folder");
    let folder = Utf8Path::from_path(temporary.path()).expect("a UTF-8 path");
    let folder = folder.to_owned();
    let environment = environment(&folder).with("PATH", folder.join("bin").as_str());
    (temporary, folder, environment)
}

/// Writes a program into `folder/bin` that runs `script`.
pub fn tool(folder: &Utf8Path, name: &str, script: &str) -> Utf8PathBuf {
    let path = folder.join("bin").join(name);
    executable(&path, &format!("#!/bin/sh\n{script}\n"));
    path
}

/// Writes an executable file and creates its folders.
pub fn executable(path: &Utf8Path, content: &str) {
    let parent = path.parent().expect("a file is in a folder");
    fs_err::create_dir_all(parent).expect("the test's folder is writable");
    fs_err::write(path, content).expect("the test's folder is writable");
    fs_err::set_permissions(path, std::fs::Permissions::from_mode(0o755))
        .expect("the test owns the file");
}
