//! The files of an image as a tar archive. Its bytes depend only on the content: entries are in the
//! order of their names, owned by root, with the Unix epoch as their time.

use std::collections::BTreeMap;
use std::io::{self, Read, Write};

use camino::{Utf8Path, Utf8PathBuf};
use tar::{Builder, EntryType, Header};

/// A file system. The paths have no leading slash.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Layer(BTreeMap<Utf8PathBuf, Content>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Content {
    Folder,
    Text(&'static str),
    Copy(Utf8PathBuf),
}

impl Layer {
    /// Adds a file that everybody can read.
    pub(super) fn text(&mut self, path: &str, text: &'static str) {
        self.add(path, Content::Text(text));
    }

    /// Adds a copy of an executable or library, which everybody can execute.
    pub(super) fn copy(&mut self, path: &str, of: &Utf8Path) {
        self.add(path, Content::Copy(of.to_owned()));
    }

    fn add(&mut self, path: &str, content: Content) {
        let path = Utf8Path::new(path.trim_start_matches('/'));
        let above = path.ancestors().skip(1);
        for folder in above.filter(|folder| !folder.as_str().is_empty()) {
            self.0.insert(folder.to_owned(), Content::Folder);
        }
        self.0.insert(path.to_owned(), content);
    }

    /// Writes the archive.
    pub(super) fn write(&self, to: impl Write) -> io::Result<()> {
        let mut archive = Builder::new(to);
        for (path, content) in &self.0 {
            match content {
                Content::Folder => {
                    let header = header(EntryType::Directory, 0o755, 0);
                    append(&mut archive, header, path, io::empty())?;
                }
                Content::Text(text) => {
                    let header = header(EntryType::Regular, 0o644, text.len() as u64);
                    append(&mut archive, header, path, text.as_bytes())?;
                }
                Content::Copy(of) => {
                    let file = fs_err::File::open(of)?;
                    let header = header(EntryType::Regular, 0o755, file.metadata()?.len());
                    append(&mut archive, header, path, file)?;
                }
            }
        }
        archive.finish()
    }
}

/// The header of an entry, without anything that differs between machines.
pub(super) fn header(kind: EntryType, mode: u32, size: u64) -> Header {
    let mut header = Header::new_gnu();
    header.set_entry_type(kind);
    header.set_mode(mode);
    header.set_size(size);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(0);
    header
}

fn append(
    archive: &mut Builder<impl Write>,
    mut header: Header,
    path: &Utf8Path,
    content: impl Read,
) -> io::Result<()> {
    archive.append_data(&mut header, path, content)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(layer: &Layer) -> Vec<u8> {
        let mut bytes = Vec::new();
        layer.write(&mut bytes).expect("it can be written");
        bytes
    }

    #[test]
    fn folders_come_before_their_content_and_root_owns_everything() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let folder = Utf8Path::from_path(folder.path()).expect("a UTF-8 path");
        let program = folder.join("program");
        fs_err::write(&program, "#!").expect("writable");
        let mut layer = Layer::default();
        layer.copy("/worker", &program);
        layer.copy("/lib/x/libx.so", &program);
        layer.text("etc/passwd", "root:x:0:0::/:\n");

        let bytes = bytes(&layer);
        let mut archive = tar::Archive::new(&*bytes);
        let entries = archive.entries().expect("an archive").map(|entry| {
            let entry = entry.expect("an entry");
            let header = entry.header();
            format!(
                "{:?} {:o} {}:{} {} {} {}",
                header.entry_type(),
                header.mode().expect("a mode"),
                header.uid().expect("a user"),
                header.gid().expect("a group"),
                header.mtime().expect("a time"),
                header.size().expect("a size"),
                entry.path().expect("a path").display(),
            )
        });
        insta::assert_snapshot!(entries.collect::<Vec<_>>().join("\n"), @"
        Directory 755 0:0 0 0 etc
        Regular 644 0:0 0 15 etc/passwd
        Directory 755 0:0 0 0 lib
        Directory 755 0:0 0 0 lib/x
        Regular 755 0:0 0 2 lib/x/libx.so
        Regular 755 0:0 0 2 worker
        ");
    }

    #[test]
    fn the_bytes_depend_only_on_the_content() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let folder = Utf8Path::from_path(folder.path()).expect("a UTF-8 path");
        let layer = |name: &str, content: &str| {
            let file = folder.join(name);
            fs_err::write(&file, content).expect("writable");
            let mut layer = Layer::default();
            layer.copy("worker", &file);
            bytes(&layer)
        };
        let first = layer("first", "same");
        // Writing to an existing file keeps its permissions.
        let second = folder.join("second");
        fs_err::write(&second, "").expect("writable");
        let private = std::os::unix::fs::PermissionsExt::from_mode(0o600);
        fs_err::set_permissions(&second, private).expect("own file");
        assert_eq!(first, layer("second", "same"));
        assert_ne!(first, layer("third", "different"));
    }
}
