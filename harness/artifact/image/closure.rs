//! The libraries that an executable loads, found with the rules of the dynamic loader (`ld.so(8)`).

use std::collections::{BTreeMap, VecDeque};

use camino::{Utf8Path, Utf8PathBuf};
use object::elf::Machine;

use super::elf::{Elf, Search};
use super::error::Error;

/// The libraries that glibc before 2.34 loads at run time to look up a host or a user. No ELF file
/// lists them.
const BY_NAME: [&str; 2] = ["libnss_dns.so.2", "libnss_files.so.2"];

/// How deep nested `include` lines in `ld.so.conf` are followed.
const DEPTH: usize = 4;

/// All files that an executable needs to start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Closure {
    /// The processor architecture of all of them.
    pub(super) machine: Machine,
    /// The loader; `None` for a static executable.
    pub(super) interpreter: Option<Utf8PathBuf>,
    /// The libraries: the name that files use, and the path on this machine.
    pub(super) libraries: BTreeMap<String, Utf8PathBuf>,
}

/// A file whose libraries are not found yet.
struct Pending {
    path: Utf8PathBuf,
    elf: Elf,
    /// Search folders inherited from the files that need it.
    inherited: Vec<Utf8PathBuf>,
}

impl Closure {
    /// The closure of an executable, with the search folders of the loader; `None` if it is not an
    /// ELF file.
    pub(super) fn of(
        executable: &Utf8Path,
        folders: &[Utf8PathBuf],
    ) -> Result<Option<Self>, Error> {
        let Some(elf) = Elf::read(executable)? else {
            return Ok(None);
        };
        let mut closure = Self {
            machine: elf.machine,
            interpreter: elf.interpreter.clone(),
            libraries: BTreeMap::new(),
        };
        let mut pending = VecDeque::from([Pending {
            path: executable.to_owned(),
            elf,
            inherited: Vec::new(),
        }]);
        let by_name = closure.interpreter.is_some().then_some(BY_NAME);
        for name in by_name.into_iter().flatten() {
            pending.extend(closure.add(name, folders, &[])?);
        }
        while let Some(next) = pending.pop_front() {
            pending.extend(closure.resolve(&next, folders)?);
        }
        Ok(Some(closure))
    }

    /// Finds the libraries that a file needs and that are not found yet.
    fn resolve(&mut self, file: &Pending, folders: &[Utf8PathBuf]) -> Result<Vec<Pending>, Error> {
        let (own, inherited) = file.search();
        let searched = [own, folders.to_owned()].concat();
        let mut met = Vec::new();
        for name in &file.elf.needed {
            if self.has(name) {
                continue;
            }
            let added = self.add(name, &searched, &inherited)?;
            met.push(added.ok_or_else(|| Error::Library {
                name: name.clone(),
                of: file.path.clone(),
            })?);
        }
        Ok(met)
    }

    /// Whether a library is found already. Some libraries need the loader itself.
    fn has(&self, name: &str) -> bool {
        let loader = self.interpreter.as_ref().and_then(|path| path.file_name());
        self.libraries.contains_key(name) || loader == Some(name)
    }

    /// Adds the first file of that name that has the same architecture.
    fn add(
        &mut self,
        name: &str,
        folders: &[Utf8PathBuf],
        inherited: &[Utf8PathBuf],
    ) -> Result<Option<Pending>, Error> {
        // A name with a slash is an absolute path, which `join` returns unchanged.
        for path in folders.iter().map(|folder| folder.join(name)) {
            if !path.is_file() {
                continue;
            }
            if let Some(elf) = Elf::read(&path)?.filter(|elf| elf.machine == self.machine) {
                self.libraries.insert(name.to_owned(), path.clone());
                let inherited = inherited.to_owned();
                return Ok(Some(Pending {
                    path,
                    elf,
                    inherited,
                }));
            }
        }
        Ok(None)
    }
}

impl Pending {
    /// The search folders for its own libraries, and those that its libraries inherit.
    fn search(&self) -> (Vec<Utf8PathBuf>, Vec<Utf8PathBuf>) {
        let origin = self.path.parent().unwrap_or(Utf8Path::new("/"));
        let resolved = |folders: &[String]| -> Vec<Utf8PathBuf> {
            let known = folders.iter().map(|folder| {
                folder
                    .replace("${ORIGIN}", origin.as_str())
                    .replace("$ORIGIN", origin.as_str())
            });
            // Other tokens, such as `$LIB`, expand to folders that the loader searches anyway.
            known
                .filter(|folder| !folder.contains('$'))
                .map(Utf8PathBuf::from)
                .collect()
        };
        match &self.elf.search {
            Search::Own(own) => (resolved(own), self.inherited.clone()),
            Search::Descendants(all) => {
                let all = [resolved(all), self.inherited.clone()].concat();
                (all.clone(), all)
            }
        }
    }
}

/// The search folders of the loader: those of its configuration (`/etc/ld.so.conf`), then the
/// built-in ones.
pub(super) fn folders(configuration: &Utf8Path) -> Vec<Utf8PathBuf> {
    let mut folders = Vec::new();
    configured(configuration, DEPTH, &mut folders);
    let triple = format!("{}-linux-gnu", std::env::consts::ARCH);
    folders.extend(["/lib", "/usr/lib"].map(|lib| Utf8Path::new(lib).join(&triple)));
    folders.extend(["/lib64", "/usr/lib64", "/lib", "/usr/lib"].map(Utf8PathBuf::from));
    folders
}

/// Reads `ld.so.conf` and the files that it includes. A missing file has no folders.
fn configured(file: &Utf8Path, depth: usize, folders: &mut Vec<Utf8PathBuf>) {
    let text = fs_err::read_to_string(file).unwrap_or_default();
    for line in text.lines() {
        let line = line.split('#').next().unwrap_or_default().trim();
        match line.split_once(char::is_whitespace) {
            Some(("include", pattern)) if depth > 0 => {
                let pattern = file.with_file_name("").join(pattern.trim());
                for included in matching(&pattern) {
                    configured(&included, depth - 1, folders);
                }
            }
            None if line.starts_with('/') => folders.push(line.into()),
            _ => {}
        }
    }
}

/// The files that match a pattern with at most one `*` in its file name, in order.
fn matching(pattern: &Utf8Path) -> Vec<Utf8PathBuf> {
    let (Some(folder), Some(name)) = (pattern.parent(), pattern.file_name()) else {
        return Vec::new();
    };
    let Some((start, end)) = name.split_once('*') else {
        return vec![pattern.to_owned()];
    };
    let entries = folder.read_dir_utf8().into_iter().flatten().flatten();
    let mut files: Vec<Utf8PathBuf> = entries
        .filter(|entry| entry.file_name().starts_with(start) && entry.file_name().ends_with(end))
        .map(camino::Utf8DirEntry::into_path)
        .collect();
    files.sort();
    files
}

#[cfg(all(test, target_os = "linux"))]
mod tests;
