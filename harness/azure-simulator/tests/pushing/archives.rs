//! Archives that are read, and those that are none.

use azure::registry::{Digest, Error, Image};
use camino::Utf8PathBuf;

use super::fixture::{files, write};

struct Fixture {
    _folder: tempfile::TempDir,
    path: Utf8PathBuf,
}

impl Fixture {
    fn new(files: &[(String, Vec<u8>)]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("image.tar");
        let path = Utf8PathBuf::from_path_buf(path).expect("text");
        write(&path, files);
        Self {
            _folder: folder,
            path,
        }
    }

    fn error(&self) -> String {
        let error = Image::read(&self.path).expect_err("no image");
        error.to_string().replace(self.path.as_str(), "IMAGE")
    }
}

#[test]
fn an_image_is_known_by_its_manifest_before_any_registry_is_asked() {
    let files = files(&[700, 800]);
    let image = Fixture::new(&files);
    let image = Image::read(&image.path).expect("an image");
    let (name, manifest) = &files[3];
    assert_eq!(*name, format!("blobs/sha256/{}", image.digest().hex()));
    assert_eq!(*image.digest(), Digest::of(manifest));
    let size: usize = files[..4].iter().map(|(_, content)| content.len()).sum();
    assert_eq!(image.size(), size as u64);
}

#[test]
fn names_may_begin_with_where_they_are() {
    let dotted = |(name, content)| (format!("./{name}"), content);
    let files: Vec<_> = files(&[10]).into_iter().map(dotted).collect();
    Image::read(&Fixture::new(&files).path).expect("an image");
}

#[test]
fn what_is_not_what_its_digest_says_is_refused() {
    let mut files = files(&[10]);
    files[0].1[600] ^= 1;
    let error = Image::read(&Fixture::new(&files).path).expect_err("damaged");
    assert!(matches!(error, Error::Digest { .. }), "{error}");
}

#[test]
fn what_is_no_archive_of_one_image_is_told_so() {
    let whole = files(&[10]);
    let without = |n: usize| {
        let mut files = whole.clone();
        files.remove(n);
        Fixture::new(&files).error()
    };
    let lacks = without(0).replace(&Digest::of(&whole[0].1).to_string(), "DIGEST");
    insta::assert_snapshot!(lacks, @"IMAGE lacks DIGEST");
    insta::assert_snapshot!(without(3), @"IMAGE is no archive of an image layout");
    insta::assert_snapshot!(without(4), @"IMAGE is no archive of an image layout");
    let with_index = |index: &str| {
        let mut files = whole.clone();
        files[4].1 = index.into();
        Fixture::new(&files).error()
    };
    insta::assert_snapshot!(with_index("{"), @"IMAGE has an index that cannot be read: EOF while parsing an object at line 1 column 1");
    insta::assert_snapshot!(with_index(r#"{"schemaVersion": 2, "manifests": []}"#), @"IMAGE has not exactly one image in it");
}
