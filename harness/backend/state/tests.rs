use std::os::unix::fs::PermissionsExt as _;
use std::time::Duration;

use camino::Utf8PathBuf;

use super::Directory;

#[tokio::test]
async fn only_the_owner_can_look_into_a_state_folder() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = Utf8PathBuf::try_from(folder.path().join(".harness/local")).expect("UTF-8");
    let state = Directory::new(&path);
    let opened = state.open("up", "process", Duration::ZERO).await;
    let (_lock, _journal) = opened.expect("nobody else uses it");
    let mut folders = 0;
    for entry in path.read_dir_utf8().expect("it was created") {
        let entry = entry.expect("it is there");
        let mode = entry.metadata().expect("it is there").permissions().mode();
        let expected = if entry.path().is_dir() {
            folders += 1;
            0o700
        } else {
            0o600
        };
        assert_eq!(mode & 0o777, expected, "{}", entry.path());
    }
    assert_eq!(folders, 5, "run, logs, data, reports and home");
    let mode = fs_err::metadata(&path)
        .expect("it was created")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o700);
}
