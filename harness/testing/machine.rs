//! A machine that has only the tools that a test makes.

use std::io::Write as _;
use std::process::{Command, Stdio};

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
///
/// A child process writes it. If this process did, a child that another thread forks meanwhile
/// could keep the file open for writing, and until it calls `exec` nobody can execute the file.
pub fn executable(path: &Utf8Path, content: &str) {
    let parent = path.parent().expect("a file is in a folder");
    fs_err::create_dir_all(parent).expect("the test's folder is writable");
    let mut writer = Command::new("/bin/sh")
        .args(["-c", r#"cat >"$1" && chmod 755 "$1""#, "sh", path.as_str()])
        .stdin(Stdio::piped())
        .spawn()
        .expect("every machine has a shell");
    let mut input = writer.stdin.take().expect("it is piped");
    input
        .write_all(content.as_bytes())
        .expect("the shell reads its input");
    drop(input);
    let written = writer.wait().expect("the shell is a child");
    assert!(written.success(), "{path} is not written: {written}");
}
