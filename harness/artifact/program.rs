//! A program that is there and can be started.

use std::io;
use std::time::UNIX_EPOCH;

use camino::{Utf8Path, Utf8PathBuf};
use model::topology::Digest;
use serde::Serialize;

/// A program with its arguments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    /// Absolute path of the executable.
    pub path: Utf8PathBuf,
    /// Arguments.
    pub arguments: Vec<String>,
    /// Identity of what would run, for the price of a look at the file system: path, length and
    /// modification time of the executable and of every argument that is a file (the script that
    /// an interpreter runs), and all arguments.
    pub digest: Digest,
}

impl Program {
    /// A program that is there.
    pub fn new(path: Utf8PathBuf, arguments: Vec<String>) -> Self {
        let files = std::iter::once(path.as_path())
            .chain(arguments.iter().map(Utf8Path::new))
            .filter_map(Stamp::of)
            .collect::<Vec<_>>();
        let digest = Digest::of(&(&path, &arguments, files));
        Self {
            path,
            arguments,
            digest,
        }
    }
}

/// Identity of what runs, by content: the SHA-256 of an executable, and where it has arguments, of
/// these and of the files among them too (the script that an interpreter runs).
pub fn content(path: &Utf8Path, arguments: &[String]) -> io::Result<Digest> {
    let executable = of_file(path)?;
    if arguments.is_empty() {
        return Ok(executable);
    }
    let files = arguments
        .iter()
        .map(Utf8Path::new)
        .filter(|it| it.is_file());
    let files: Vec<Digest> = files.map(of_file).collect::<Result<_, _>>()?;
    Ok(Digest::of(&(executable, arguments, files)))
}

fn of_file(path: &Utf8Path) -> io::Result<Digest> {
    Digest::of_stream(fs_err::File::open(path)?)
}

impl Program {
    /// A program that has yet to be fetched or built, for a plan that is not carried out.
    pub fn still_missing(name: &str) -> Self {
        Self::new(Utf8PathBuf::from(name), Vec::new())
    }
}

/// Where a program came from, in the order of preference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
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
    Vendor,
    /// Go built it from the vendor's source.
    Go,
}

/// What changes when a file's content does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, serde::Deserialize)]
pub(super) struct Stamp {
    length: u64,
    modified_nanoseconds: u128,
}

impl Stamp {
    /// The stamp of a file; `None` where there is none.
    pub(super) fn of(path: &Utf8Path) -> Option<Self> {
        let file = path.metadata().ok().filter(std::fs::Metadata::is_file)?;
        let modified = file.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
        Some(Self {
            length: file.len(),
            modified_nanoseconds: modified.as_nanos(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_is_of_the_executable_its_arguments_and_the_script_among_them() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let folder = Utf8Path::from_path(folder.path()).expect("text");
        let [first, second, script] = ["first", "second", "script"].map(|name| folder.join(name));
        for (path, text) in [(&first, "one"), (&second, "one"), (&script, "one")] {
            fs_err::write(path, text).expect("writable");
        }
        let of = |path: &Utf8PathBuf, arguments: &[&str]| {
            let arguments: Vec<String> = arguments.iter().map(ToString::to_string).collect();
            content(path, &arguments).expect("readable")
        };
        assert_eq!(of(&first, &[]), of(&second, &[]), "whatever it is called");
        assert_eq!(of(&first, &[]), Digest::of_bytes(b"one"));
        let before = of(&first, &[script.as_str()]);
        assert_ne!(before, of(&first, &[]));
        fs_err::write(&script, "two").expect("writable");
        assert_ne!(before, of(&first, &[script.as_str()]));
    }

    #[test]
    fn the_digest_follows_the_executable_its_arguments_and_the_script_among_them() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let folder = Utf8Path::from_path(folder.path()).expect("text");
        let (executable, script) = (folder.join("interpreter"), folder.join("script"));
        fs_err::write(&executable, "one").expect("writable");
        fs_err::write(&script, "one").expect("writable");
        let digest =
            |argument: &str| Program::new(executable.clone(), vec![argument.to_owned()]).digest;

        let before = (digest("other"), digest(script.as_str()));
        assert_ne!(before.0, before.1);
        assert_eq!(before, (digest("other"), digest(script.as_str())));
        fs_err::write(&script, "three").expect("writable");
        assert_eq!(before.0, digest("other"));
        assert_ne!(before.1, digest(script.as_str()));
        fs_err::write(&executable, "three").expect("writable");
        assert_ne!(before.0, digest("other"));
    }
}
