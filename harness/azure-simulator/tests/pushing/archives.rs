//! Valid and invalid image archives.

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
        let path = Utf8PathBuf::from_path_buf(path).expect("UTF-8");
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
fn the_digest_of_an_image_is_that_of_its_manifest() {
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
fn names_in_an_archive_may_start_with_a_dot_and_a_slash() {
    let dotted = |(name, content)| (format!("./{name}"), content);
    let files: Vec<_> = files(&[10]).into_iter().map(dotted).collect();
    Image::read(&Fixture::new(&files).path).expect("an image");
}

#[test]
fn a_file_that_does_not_match_its_digest_is_refused() {
    let mut files = files(&[10]);
    files[0].1[600] ^= 1;
    let error = Image::read(&Fixture::new(&files).path).expect_err("damaged");
    assert!(matches!(error, Error::Digest { .. }), "{error}");
}

#[test]
fn the_error_says_why_a_file_is_not_an_archive_of_one_image() {
    let whole = files(&[10]);
    let without = |n: usize| {
        let mut files = whole.clone();
        files.remove(n);
        Fixture::new(&files).error()
    };
    let missing = without(0).replace(&Digest::of(&whole[0].1).to_string(), "DIGEST");
    insta::assert_snapshot!(missing, @"IMAGE does not contain DIGEST");
    insta::assert_snapshot!(without(3), @"IMAGE is not an archive of an image layout");
    insta::assert_snapshot!(without(4), @"IMAGE is not an archive of an image layout");
    let with_index = |index: &str| {
        let mut files = whole.clone();
        files[4].1 = index.into();
        Fixture::new(&files).error()
    };
    insta::assert_snapshot!(with_index("{"), @"IMAGE has an index that cannot be read: EOF while parsing an object at line 1 column 1");
    insta::assert_snapshot!(with_index(r#"{"schemaVersion": 2, "manifests": []}"#), @"IMAGE does not contain exactly one image");
}
