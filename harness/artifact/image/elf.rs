//! The parts of an ELF file that the dynamic loader uses.
#![expect(clippy::disallowed_methods, reason = "`Error::file` names the file")]

use std::fs::File;
use std::io::{self, Read as _};

use camino::{Utf8Path, Utf8PathBuf};
use object::read::elf::{ElfFile64, FileHeader as _, ProgramHeader as _};
use object::{Endianness, ReadCache, elf};

use super::error::Error;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Elf {
    /// The processor architecture.
    pub(super) machine: elf::Machine,
    /// The loader that starts it. A static executable and most libraries have none.
    pub(super) interpreter: Option<Utf8PathBuf>,
    /// The names of the libraries that it needs.
    pub(super) needed: Vec<String>,
    /// The folders that the loader searches first.
    pub(super) search: Search,
}

/// The folders in which the file's libraries are searched, with `$ORIGIN` not yet replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Search {
    /// `DT_RPATH`: also applies to the libraries that these libraries need.
    Descendants(Vec<String>),
    /// `DT_RUNPATH`: applies to the file's own libraries only, and replaces `DT_RPATH`.
    Own(Vec<String>),
}

impl Elf {
    /// Reads a file; `None` if it is not an ELF file.
    pub(super) fn read(path: &Utf8Path) -> Result<Option<Self>, Error> {
        if !has_magic(path).map_err(Error::file("read", path))? {
            return Ok(None);
        }
        let file = File::open(path).map_err(Error::file("read", path))?;
        let parsed = Self::parse(&ReadCache::new(file));
        parsed.map(Some).map_err(|source| Error::Format {
            path: path.to_owned(),
            source,
        })
    }

    fn parse(data: &ReadCache<File>) -> object::Result<Self> {
        let file = ElfFile64::<Endianness, _>::parse(data)?;
        let endian = file.endian();
        let mut interpreter = None;
        for segment in file.elf_program_headers() {
            interpreter = interpreter.or(segment.interpreter(endian, data)?);
        }
        let table = file.elf_dynamic_table()?;
        let strings = |tag| -> object::Result<Vec<String>> {
            let entries = table.iter().filter(|entry| entry.tag == tag);
            entries
                .map(|entry| Ok(text(table.string(entry)?)))
                .collect()
        };
        let folders = |lists: Vec<String>| -> Vec<String> {
            let all = lists.iter().flat_map(|list| list.split(':'));
            all.filter(|folder| !folder.is_empty())
                .map(str::to_owned)
                .collect()
        };
        let own = strings(elf::DT_RUNPATH)?;
        Ok(Self {
            machine: file.elf_header().e_machine(endian),
            interpreter: interpreter.map(|path| text(path).into()),
            needed: strings(elf::DT_NEEDED)?,
            search: if own.is_empty() {
                Search::Descendants(folders(strings(elf::DT_RPATH)?))
            } else {
                Search::Own(folders(own))
            },
        })
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn has_magic(path: &Utf8Path) -> io::Result<bool> {
    let mut start = Vec::new();
    File::open(path)?.take(4).read_to_end(&mut start)?;
    Ok(start == elf::ELFMAG)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn the_test_binary_names_its_loader_and_its_c_library() {
        let own = std::env::current_exe().expect("a program");
        let own = Utf8PathBuf::try_from(own).expect("UTF-8");
        let elf = Elf::read(&own).expect("it can be read").expect("it is ELF");
        let loader = elf.interpreter.expect("it is started by a loader");
        assert!(loader.is_file(), "{loader}");
        assert!(
            elf.needed.iter().any(|name| name.starts_with("libc.")),
            "{:?}",
            elf.needed
        );
    }

    #[test]
    fn a_script_is_not_an_elf_file_and_a_truncated_elf_file_is_an_error() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let folder = Utf8Path::from_path(folder.path()).expect("a UTF-8 path");
        let (script, torn) = (folder.join("script"), folder.join("torn"));
        fs_err::write(&script, "#!/bin/sh\n").expect("writable");
        fs_err::write(&torn, b"\x7fELF\x02\x01").expect("writable");
        assert_eq!(Elf::read(&script).expect("it can be read"), None);
        let error = Elf::read(&torn).expect_err("it is truncated").to_string();
        insta::assert_snapshot!(error.replace(folder.as_str(), "FOLDER"), @"FOLDER/torn is not a valid 64-bit ELF file");
    }
}
