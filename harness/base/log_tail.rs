//! The last lines of a log since the last launch. Earlier lines of the same file come from another
//! process and do not explain a failure.

use std::io::{self, Read as _, Seek as _, SeekFrom};

use camino::{Utf8Path, Utf8PathBuf};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The number of lines that are shown.
pub const LINES: usize = 8;

/// The number of characters of a line that are shown.
const COLUMNS: usize = 400;

/// The number of bytes at the end of the file that are read. A log may have any length.
const BYTES: u64 = 64 * 1024;

/// The last lines of a log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LogTail {
    /// The path of the whole log.
    #[schemars(with = "String")]
    pub path: Utf8PathBuf,
    /// The last lines since the launch. Empty if the process wrote nothing.
    pub lines: Vec<String>,
}

impl LogTail {
    /// Reads the last lines of a file, and ignores its first `begin` bytes.
    pub fn of_file(path: Utf8PathBuf, begin: u64) -> io::Result<Self> {
        let text = end_of(&path, begin)?;
        Ok(Self::of_text(path, &text))
    }

    /// Takes the last lines of a text that is, or will be, in the file `path`.
    pub fn of_text(path: Utf8PathBuf, text: &str) -> Self {
        let lines: Vec<&str> = text.lines().collect();
        let lines = &lines[lines.len().saturating_sub(LINES)..];
        Self {
            path,
            lines: lines.iter().map(|line| shortened(line, COLUMNS)).collect(),
        }
    }
}

/// Cuts a text to at most `limit` characters. Servers write whole stack traces on one line.
pub fn shortened(text: &str, limit: usize) -> String {
    match text.char_indices().nth(limit) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// The last 64 KiB of a file without its first `begin` bytes. If the file is shorter than `begin`, it
/// was truncated since, and its whole content is new.
pub fn end_of(path: &Utf8Path, begin: u64) -> io::Result<String> {
    let mut file = fs_err::File::open(path)?;
    let length = file.metadata()?.len();
    let begin = if begin > length { 0 } else { begin };
    file.seek(SeekFrom::Start(begin.max(length.saturating_sub(BYTES))))?;
    let mut end = Vec::new();
    file.take(BYTES).read_to_end(&mut end)?;
    Ok(String::from_utf8_lossy(&end).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(text: &str) -> (tempfile::TempDir, Utf8PathBuf) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = Utf8Path::from_path(folder.path()).expect("a UTF-8 path");
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
