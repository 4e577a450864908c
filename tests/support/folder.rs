//! Files in a folder of a test's own.

use camino::{Utf8DirEntry, Utf8Path, Utf8PathBuf};
use fs_err as fs;

/// Rates and bounds of the project's scenarios that are too much for a machine which does much else,
/// and ones that it can take: tests are about what a run does, and not about how fast.
const BOUNDS: [(&str, &str); 8] = [
    ("rate: 8/s", "rate: 2/s"),
    ("rate: 10/s", "rate: 2/s"),
    ("p99: \"< 10s\"", "p99: \"< 1h\""),
    ("generator-delay: 2s", "generator-delay: 1h"),
    ("timeout: 60s", "timeout: 1h"),
    ("drain: 20s", "drain: 10m"),
    ("drain: 45s", "drain: 10m"),
    ("drain: 60s", "drain: 10m"),
];

/// Copies the project's profiles, and its scenarios with bounds that every machine meets.
pub fn furnish(root: &Utf8Path) {
    let project = testing::project();
    for documents in ["profiles", "scenarios"] {
        let folder = root.join(documents);
        fs::create_dir_all(&folder).expect("writable");
        for file in files(&project.join(documents)) {
            let text = fs::read_to_string(&file).expect("a document");
            let text = BOUNDS
                .iter()
                .fold(text, |text, (tight, wide)| text.replace(tight, wide));
            let name = file.file_name().expect("a file has a name");
            fs::write(folder.join(name), text).expect("writable");
        }
    }
}

/// The files of a folder, or none.
pub fn files(folder: &Utf8Path) -> Vec<Utf8PathBuf> {
    let entries = folder.read_dir_utf8().into_iter().flatten().flatten();
    entries.map(Utf8DirEntry::into_path).collect()
}
