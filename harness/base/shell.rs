//! Quotes words for a POSIX shell, in command lines that the user can copy.

/// Quotes a word if a shell would change it. Returns other words unchanged.
///
/// ```
/// # use base::shell::word;
/// assert_eq!(word("profiles/mine.yaml"), "profiles/mine.yaml");
/// assert_eq!(word("my file.yaml"), "'my file.yaml'");
/// ```
pub fn word(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./=:,+@%".contains(&byte);
    // At the start of a word, zsh expands `=` to the path of a command.
    if !text.is_empty() && !text.starts_with('=') && text.bytes().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

/// Words as one command line.
///
/// ```
/// # use base::shell::line;
/// let words = ["go".to_owned(), "my file.go".to_owned()];
/// assert_eq!(line(&words), "go 'my file.go'");
/// ```
pub fn line(words: &[String]) -> String {
    let words: Vec<String> = words.iter().map(|text| word(text)).collect();
    words.join(" ")
}

/// An option with its value, as one or two words. A value that begins with `-` is joined to the
/// option with `=`, because it would be parsed as an option otherwise.
///
/// ```
/// # use base::shell::option;
/// assert_eq!(option("--profile", "k3d"), ["--profile", "k3d"]);
/// assert_eq!(option("--file", "-mine.yaml"), ["--file=-mine.yaml"]);
/// ```
pub fn option(name: &str, value: &str) -> Vec<String> {
    if value.starts_with('-') {
        vec![format!("{name}={value}")]
    } else {
        vec![name.to_owned(), value.to_owned()]
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        // Each case starts a shell.
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn a_shell_reads_the_same_words_back(
            words in prop::collection::vec("([^\0]|[ '\"$`\\\\!#~*?=\n-]){0,12}", 1..8),
        ) {
            let script = format!(r"printf '%s\0' {}", line(&words));
            let read = Command::new("sh").args(["-c", &script]).output();
            let read = read.expect("there is a shell").stdout;
            let meant: String = words.iter().flat_map(|text| [&**text, "\0"]).collect();
            prop_assert_eq!(String::from_utf8_lossy(&read), meant);
        }
    }
}
