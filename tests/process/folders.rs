//! Folders with names that other programs read something into.

use camino::Utf8Path;
use fs_err as fs;
use support::{Look as _, Place};

/// Letters that mean something to SQLite's URIs, YAML, shells, templates, lists of paths.
const AWKWARD: [&str; 17] = [
    "c#proj",
    "a b",
    "100%",
    "50%25",
    "q?x",
    "naïve",
    "日本",
    "a'b",
    "a\"b",
    "$HOME",
    "a:b",
    "a,b;c",
    "a=b",
    "a\\b",
    "{{x}}",
    "two\nlines",
    "-dash",
];

/// The longest path of a database that SQLite opens.
const LONGEST: usize = 504;

/// The files that a process of the place has open, by their whole paths.
fn open_files(place: &Place, replica: &str) -> Vec<String> {
    let pid = place.pids()[replica];
    let descriptors = fs::read_dir(format!("/proc/{pid}/fd")).expect("it runs");
    let files = descriptors.filter_map(|entry| fs::read_link(entry.ok()?.path()).ok());
    files
        .map(|path| path.to_string_lossy().into_owned())
        .collect()
}

/// What is beside the working folder.
fn neighbours(place: &Place) -> Vec<String> {
    let parent = place.root().parent().expect("it is in a folder");
    let entries = parent.read_dir_utf8().expect("it is there");
    let names = entries.map(|entry| entry.expect("it is read").file_name().to_owned());
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

/// Up, up again, down, up on the same data, and the end of it: and the database is all the while the
/// file that the harness says.
#[track_caller]
fn lives_in_its_folder(place: &Place) {
    let neighbours_before = neighbours(place);
    place.up();
    let database = place.state().join("data/temporal.db");
    let open = open_files(place, "temporal");
    assert!(open.contains(&database.to_string()), "{database}: {open:?}");
    place.up().shows("everything was already up");
    place.down();
    // What was written last is in the log beside it.
    let log = database.with_file_name("temporal.db-wal");
    let size = |path: &Utf8Path| path.metadata().map_or(0, |file| file.len());
    assert!(database.exists(), "{database} is not there");
    assert!(
        size(&database) + size(&log) > 65_536,
        "{database} has no tables"
    );
    place.up();
    assert!(open_files(place, "temporal").contains(&database.to_string()));
    let purged = place
        .harness(&["down", "--purge", "--yes"])
        .run()
        .exits(0)
        .shows("data and logs in ");
    assert!(!database.exists(), "{purged}");
    place.assert_nothing_is_left(&[]);
    assert_eq!(neighbours(place), neighbours_before);
    place
        .harness(&["down", "--purge", "--yes"])
        .run()
        .exits(0)
        .shows("nothing ");
}

#[test]
fn the_database_is_in_the_folder_whatever_that_is_called() {
    for name in AWKWARD {
        let place = Place::in_folder(name)
            .set("worker.replicas=1")
            .set("starter.mode=off");
        lives_in_its_folder(&place);
    }
}

#[test]
fn folders_beside_each_other_share_no_database() {
    let one = Place::in_folder("c#one");
    let other = Place::beside_in(&one, "c#other");
    for place in [&one, &other] {
        place.up();
    }
    for (place, stranger) in [(&one, &other), (&other, &one)] {
        let open = open_files(place, "temporal");
        let own = place.state().join("data/temporal.db");
        assert!(open.contains(&own.to_string()), "{own}: {open:?}");
        let theirs = stranger.root().as_str();
        assert!(
            !open.iter().any(|path| path.starts_with(theirs)),
            "{open:?}"
        );
    }
    one.down();
    other.harness(&["status"]).run().exits(0);
    other.down();
}

/// A place whose database has a path of that many bytes.
fn with_database_at(length: usize) -> Place {
    let probe = Place::in_folder("x");
    let shortest = probe.state().join("data/temporal.db").as_str().len();
    drop(probe);
    // Every temporary folder has a name of the same length; no name may have above 255 bytes.
    let mut name = String::from("x");
    while shortest + name.len() - 1 < length {
        let missing = length - shortest - (name.len() - 1);
        let next = match missing {
            1..=200 => missing,
            201 => 100,
            _ => 200,
        };
        let fits = name.rsplit('/').next().unwrap_or_default().len() + next <= 250;
        if fits {
            name.push_str(&"x".repeat(next));
        } else {
            name.push('/');
            name.push_str(&"x".repeat(next - 1));
        }
    }
    Place::in_folder(&name)
        .set("worker.replicas=1")
        .set("starter.mode=off")
}

#[test]
fn the_longest_path_that_sqlite_opens_is_used() {
    let place = with_database_at(LONGEST);
    let database = place.state().join("data/temporal.db");
    assert_eq!(database.as_str().len(), LONGEST);
    lives_in_its_folder(&place);
}

#[test]
fn a_longer_path_is_refused_by_name_before_anything_starts() {
    let place = with_database_at(LONGEST + 1);
    let said = "the path of the database has 505 bytes, but SQLite allows at most 504: ";
    for arguments in [&["up", "--dry-run"][..], &["up"]] {
        place
            .harness(arguments)
            .run()
            .exits(69)
            .says(said)
            .says("hint: Work in a folder with a shorter path; `-C FOLDER` names one");
        assert!(place.processes().is_empty());
    }
    place.down();
}
