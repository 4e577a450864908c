//! A program that exists and can be started.

use std::io;
use std::time::UNIX_EPOCH;

use camino::{Utf8Path, Utf8PathBuf};
use model::topology::Digest;
use serde::Serialize;

use super::sources::{files, is_source};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    /// Absolute path of the executable.
    pub path: Utf8PathBuf,
    pub arguments: Vec<String>,
    /// Identity of the program: its path, all arguments, the content of the sources that it runs,
    /// and length and modification time of the executable and of the other files that its arguments
    /// name; or, of a program that is prepared, the content of all.
    pub digest: Digest,
}

impl Program {
    /// Reads the metadata of an existing program, and the sources that it runs. A tool may write the
    /// same sources again each time, such as `tsc`.
    pub fn new(path: Utf8PathBuf, arguments: Vec<String>) -> Self {
        let files = files(&path, &arguments).into_iter();
        let (sources, others): (Vec<_>, Vec<_>) = files.partition(|file| is_source(file));
        let stamped = std::iter::once(&path).chain(&others);
        let stamps: Vec<Stamp> = stamped.filter_map(|file| Stamp::of(file)).collect();
        let contents = sources.iter().filter_map(|file| of_file(file).ok());
        let contents: Vec<Digest> = contents.collect();
        let digest = Digest::of(&(&path, &arguments, stamps, contents));
        Self {
            path,
            arguments,
            digest,
        }
    }

    /// An existing program whose identity is its [`content`]. A compiler may write the same program
    /// again, with another modification time.
    pub(super) fn with_content(
        path: Utf8PathBuf,
        arguments: Vec<String>,
        content: &Digest,
    ) -> Self {
        let digest = Digest::of(&(&path, &arguments, content));
        Self {
            path,
            arguments,
            digest,
        }
    }

    /// A program that is not fetched or built yet, for a plan that is not carried out.
    pub fn still_missing(name: &str) -> Self {
        Self::new(Utf8PathBuf::from(name), Vec::new())
    }
}

/// Identity of the program by content: the SHA-256 of the executable. With arguments, it also
/// covers these and the content of the files that it runs.
pub fn content(path: &Utf8Path, arguments: &[String]) -> io::Result<Digest> {
    let executable = of_file(path)?;
    if arguments.is_empty() {
        return Ok(executable);
    }
    let files = files(path, arguments);
    let digests: Vec<Digest> = files
        .iter()
        .map(|file| of_file(file))
        .collect::<Result<_, _>>()?;
    Ok(Digest::of(&(executable, arguments, digests)))
}

fn of_file(path: &Utf8Path) -> io::Result<Digest> {
    Digest::of_stream(fs_err::File::open(path)?)
}

/// Where a program comes from, in the order of preference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    Explicit,
    Path,
    Cache,
    Pip,
    Vendor,
    Go,
}

/// File metadata that changes with the content of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, serde::Deserialize)]
pub(super) struct Stamp {
    length: u64,
    modified_nanoseconds: u128,
}

impl Stamp {
    /// The stamp of a file; `None` if there is none.
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
    fn the_content_digest_covers_the_executable_its_arguments_and_scripts() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let folder = Utf8Path::from_path(folder.path()).expect("a UTF-8 path");
        let [first, second, script] = ["first", "second", "script"].map(|name| folder.join(name));
        for (path, text) in [(&first, "one"), (&second, "one"), (&script, "one")] {
            fs_err::write(path, text).expect("writable");
        }
        let of = |path: &Utf8PathBuf, arguments: &[&str]| {
            let arguments: Vec<String> = arguments.iter().map(ToString::to_string).collect();
            content(path, &arguments).expect("readable")
        };
        assert_eq!(
            of(&first, &[]),
            of(&second, &[]),
            "the name does not matter"
        );
        assert_eq!(of(&first, &[]), Digest::of_bytes(b"one"));
        let before = of(&first, &[script.as_str()]);
        assert_ne!(before, of(&first, &[]));
        fs_err::write(&script, "two").expect("writable");
        assert_ne!(before, of(&first, &[script.as_str()]));
    }

    #[test]
    fn both_digests_of_a_script_cover_what_it_imports() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let folder = Utf8Path::from_path(folder.path()).expect("a UTF-8 path");
        let [interpreter, script, imported] =
            ["python", "worker.py", "workflows.py"].map(|name| folder.join(name));
        for path in [&interpreter, &script, &imported] {
            fs_err::write(path, "one").expect("writable");
        }
        let both = || {
            let arguments = vec![script.to_string()];
            let content = content(&interpreter, &arguments).expect("readable");
            (content, Program::new(interpreter.clone(), arguments).digest)
        };
        let before = both();
        fs_err::write(&imported, "three").expect("writable");
        let after = both();
        assert_ne!(before.0, after.0);
        assert_ne!(before.1, after.1);
    }

    #[test]
    fn the_digest_covers_the_executable_its_arguments_and_scripts() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let folder = Utf8Path::from_path(folder.path()).expect("a UTF-8 path");
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
