//! Searches libraries that the C compiler made.

use std::process::Command;

use super::*;

/// Libraries made by the C compiler in a separate folder.
struct Fixture {
    _folder: tempfile::TempDir,
    folder: Utf8PathBuf,
}

impl Fixture {
    fn new() -> Self {
        let temporary = tempfile::tempdir().expect("a temporary folder");
        let folder = Utf8Path::from_path(temporary.path()).expect("a UTF-8 path");
        Self {
            folder: folder.canonicalize_utf8().expect("it exists"),
            _folder: temporary,
        }
    }

    /// Makes an empty library `NAME` that needs the libraries `needs`.
    fn library(&self, name: &str, needs: &[&str], options: &[&str]) -> Utf8PathBuf {
        let path = self.folder.join(name);
        fs_err::create_dir_all(path.parent().expect("in the folder")).expect("writable");
        let done = Command::new("cc")
            .args(["-shared", "-nostdlib", "-x", "c", "/dev/null", "-x", "none"])
            .args([
                "-Wl,--no-as-needed",
                "-Wl,--allow-shlib-undefined",
                "-o",
                path.as_str(),
            ])
            .args(needs.iter().map(|need| self.folder.join(need)))
            .arg(format!("-Wl,-soname,{}", path.file_name().expect("a file")))
            .args(options)
            .status();
        assert!(done.expect("there is a C compiler").success(), "{name}");
        path
    }

    fn closure(&self, path: &Utf8Path, folders: &[&str]) -> Result<Vec<String>, String> {
        let folders: Vec<_> = folders.iter().map(|name| self.folder.join(name)).collect();
        let shown = |text: String| text.replace(self.folder.as_str(), "FOLDER");
        match Closure::of(path, &folders) {
            Ok(closure) => {
                let libraries = closure.expect("it is ELF").libraries.into_values();
                Ok(libraries.map(|path| shown(path.into_string())).collect())
            }
            Err(error) => Err(shown(error.to_string())),
        }
    }
}

const OLD: &str = "-Wl,--disable-new-dtags";
const NEW: &str = "-Wl,--enable-new-dtags";

#[test]
fn each_library_is_searched_where_the_file_that_needs_it_says() {
    let fixture = Fixture::new();
    fixture.library("deep/libc3.so", &[], &[]);
    fixture.library(
        "near/libc2.so",
        &["deep/libc3.so"],
        &[NEW, "-Wl,-rpath,$ORIGIN/../deep"],
    );
    let top = fixture.library(
        "libc1.so",
        &["near/libc2.so"],
        &[NEW, "-Wl,-rpath,${ORIGIN}/near"],
    );
    let found = fixture.closure(&top, &[]).expect("all libraries are found");
    assert_eq!(
        found,
        ["FOLDER/near/libc2.so", "FOLDER/near/../deep/libc3.so"]
    );
}

#[test]
fn an_rpath_holds_for_descendants_and_a_runpath_does_not() {
    let fixture = Fixture::new();
    fixture.library("both/liblow.so", &[], &[]);
    fixture.library("both/libmid.so", &["both/liblow.so"], &[]);
    let needs: &[&str] = &["both/libmid.so"];
    let old = fixture.library("libold.so", needs, &[OLD, "-Wl,-rpath,$ORIGIN/both"]);
    let new = fixture.library("libnew.so", needs, &[NEW, "-Wl,-rpath,$ORIGIN/both"]);
    let found = fixture.closure(&old, &[]).expect("all libraries are found");
    assert_eq!(found, ["FOLDER/both/liblow.so", "FOLDER/both/libmid.so"]);
    insta::assert_snapshot!(
        fixture.closure(&new, &[]).expect_err("the folder is not inherited"),
        @"FOLDER/both/libmid.so needs the library `liblow.so`, which is in none of the folders that the loader searches"
    );
}

#[test]
fn the_folders_of_a_file_come_before_those_of_the_loader_and_text_is_not_a_library() {
    let fixture = Fixture::new();
    fixture.library("own/libx.so", &[], &[]);
    fixture.library("known/libx.so", &[], &[]);
    let bare = fixture.library("libbare.so", &["own/libx.so"], &[]);
    let says = fixture.library(
        "libsays.so",
        &["own/libx.so"],
        &[NEW, "-Wl,-rpath,$ORIGIN/own"],
    );
    fs_err::create_dir_all(fixture.folder.join("script")).expect("writable");
    fs_err::write(fixture.folder.join("script/libx.so"), "INPUT(libx.so.1)").expect("writable");
    let known = ["script", "known"];
    assert_eq!(
        fixture.closure(&bare, &known).expect("found"),
        ["FOLDER/known/libx.so"]
    );
    assert_eq!(
        fixture.closure(&says, &known).expect("found"),
        ["FOLDER/own/libx.so"]
    );
}

#[test]
fn the_configuration_is_read_with_its_includes() {
    let fixture = Fixture::new();
    let write = |name: &str, text: &str| {
        let path = fixture.folder.join(name);
        fs_err::create_dir_all(path.parent().expect("in the folder")).expect("writable");
        fs_err::write(path, text).expect("writable");
    };
    write(
        "ld.so.conf",
        "# first\ninclude more/*.conf\n/opt/lib # last\n",
    );
    write("more/b.conf", "/b\n");
    write("more/a.conf", "/a\ninclude a.conf\n");
    write("more/c.conf.old", "/c\n");
    let mut all = folders(&fixture.folder.join("ld.so.conf"));
    all.dedup();
    let configured: Vec<_> = all
        .iter()
        .take_while(|path| !path.starts_with("/lib"))
        .collect();
    assert_eq!(configured, ["/a", "/b", "/opt/lib"]);
    assert!(
        all.ends_with(&["/lib".into(), "/usr/lib".into()]),
        "{all:?}"
    );
}

#[test]
fn the_libraries_of_the_test_binary_are_in_its_closure() {
    let own = std::env::current_exe().expect("a program");
    let own = Utf8PathBuf::try_from(own).expect("UTF-8");
    let closure = Closure::of(&own, &folders("/etc/ld.so.conf".into()));
    let closure = closure
        .expect("all libraries are found")
        .expect("it is ELF");
    let maps = fs_err::read_to_string("/proc/self/maps").expect("Linux has this file");
    let loaded = maps
        .lines()
        .filter_map(|line| line.split_whitespace().nth(5));
    let mut libraries = loaded.filter(|path| path.contains("/lib") && path.contains(".so"));
    let real = |path: &Utf8Path| path.canonicalize_utf8().expect("it exists");
    let known: Vec<_> = closure
        .libraries
        .values()
        .chain(&closure.interpreter)
        .map(|path| real(path))
        .collect();
    let unknown = libraries.find(|path| !known.contains(&real(Utf8Path::new(path))));
    assert_eq!(unknown, None, "{known:?}");
}
