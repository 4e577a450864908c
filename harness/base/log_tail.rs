//! The end of a log, of one launch only: what an earlier process wrote into the same file explains
//! nothing.

use std::io::{self, Read as _, Seek as _, SeekFrom};

use camino::{Utf8Path, Utf8PathBuf};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How many lines are shown.
pub const LINES: usize = 8;

/// How much of a line is shown, and in how many bytes the lines are looked for: a log may be of any
/// length.
const COLUMNS: usize = 400;
const BYTES: u64 = 64 * 1024;

/// The last lines of a log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LogTail {
    /// Where the whole log is.
    #[schemars(with = "String")]
    pub path: Utf8PathBuf,
    /// Its last lines since the launch that they are about; none where nothing was written.
    pub lines: Vec<String>,
}

impl LogTail {
    /// The end of a file, of what stands behind its first `begin` bytes.
    pub fn of_file(path: Utf8PathBuf, begin: u64) -> io::Result<Self> {
        let text = end_of(&path, begin)?;
        Ok(Self::of_text(path, &String::from_utf8_lossy(&text)))
    }

    /// The end of a text that is, or will be, in a file.
    pub fn of_text(path: Utf8PathBuf, text: &str) -> Self {
        let lines: Vec<&str> = text.lines().collect();
        let lines = &lines[lines.len().saturating_sub(LINES)..];
        Self {
            path,
            lines: lines.iter().map(|line| shortened(line, COLUMNS)).collect(),
        }
    }
}

/// The beginning of a text, of so many characters at most: servers put whole stack traces into one
/// line.
pub fn shortened(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// The last bytes of a file. One that is shorter than it was has been emptied since, and all that
/// is in it is new.
fn end_of(path: &Utf8Path, begin: u64) -> io::Result<Vec<u8>> {
    let mut file = fs_err::File::open(path)?;
    let length = file.metadata()?.len();
    let begin = if begin > length { 0 } else { begin };
    file.seek(SeekFrom::Start(begin.max(length.saturating_sub(BYTES))))?;
    let mut end = Vec::new();
    file.take(BYTES).read_to_end(&mut end)?;
    Ok(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(text: &str) -> (tempfile::TempDir, Utf8PathBuf) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = Utf8Path::from_path(folder.path()).expect("text");
        let path = path.join("worker-0.log");
        fs_err::write(&path, text).expect("writable");
        (folder, path)
    }

    #[test]
    fn what_was_written_before_the_launch_is_not_shown() {
        let (_folder, path) = log("panic of yesterday\nready\nbye\n");
        let tail = |begin| {
            LogTail::of_file(path.clone(), begin)
                .expect("readable")
                .lines
        };
        assert_eq!(tail(19), ["ready", "bye"]);
        assert_eq!(tail(29), <[&str; 0]>::default(), "nothing was written");
        assert_eq!(tail(0).len(), 3);
        assert_eq!(tail(1000).len(), 3, "the file was emptied since");
    }

    #[test]
    fn the_end_of_a_long_log_is_found_and_long_lines_are_cut() {
        let text = format!("{}\n{}\nlast\n", "x\n".repeat(100_000), "y".repeat(5_000));
        let (_folder, path) = log(&text);
        let lines = LogTail::of_file(path, 5).expect("readable").lines;
        assert_eq!(lines.len(), LINES);
        assert_eq!(lines[LINES - 1], "last");
        assert_eq!(lines[LINES - 2].chars().count(), COLUMNS + 1);
    }
}
