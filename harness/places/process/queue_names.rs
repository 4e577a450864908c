//! Finds words in a log that may be names of task queues. Pure. The caller asks the server about
//! each.

use model::document::did_you_mean;

/// How many names are returned. The server remembers every task queue that it is asked about.
const MOST: usize = 8;

/// The words of a log that may be the task queue that a worker polls instead of `wanted`: those after
/// a word such as `TaskQueue`, and those that look like `wanted`. The last ones, each once.
pub(super) fn queue_names(log: &str, wanted: &str) -> Vec<String> {
    let breaks = |letter: char| letter.is_whitespace() || "\"'`,;()[]{}=<>".contains(letter);
    let words = log.split(breaks).map(|word| word.trim_matches([':', '.']));
    let words = words.filter(|word| word.contains(char::is_alphanumeric));
    let mut names: Vec<&str> = Vec::new();
    let mut before = "";
    for word in words {
        let follows = before.to_ascii_lowercase().contains("queue");
        let may_be = word != wanted && word.len() <= 200 && !word.starts_with("temporal-sys-");
        if may_be && (follows || did_you_mean(word, [wanted]).is_some()) {
            names.retain(|name| *name != word);
            names.push(word);
        }
        before = word;
    }
    let last = names.len().saturating_sub(MOST);
    names[last..].iter().map(|&name| name.to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_after_the_word_queue_or_like_the_wanted_name_may_be_a_queue() {
        for log in [
            "2026/11/30 INFO  Started Worker Namespace default TaskQueue ordrs WorkerID 7@vm@",
            r#"{"level":"INFO","taskQueue":"ordrs","message":"Worker state changed"}"#,
            "[INFO] Worker state changed { taskQueue: 'ordrs', state: 'RUNNING' }",
            "start: Worker{namespace=default, taskQueue=ordrs, identity=7@vm}",
            "worker starts on ordrs.",
        ] {
            assert_eq!(queue_names(log, "orders"), ["ordrs"], "{log}");
        }
    }

    #[test]
    fn the_wanted_name_and_other_words_are_none_and_their_number_is_bounded() {
        let log = "polling task queue orders\nconnected to 127.0.0.1:7233 in 12 ms";
        assert_eq!(queue_names(log, "orders"), <[&str; 0]>::default());
        let many: Vec<String> = (0..100).map(|number| format!("queue=q{number}")).collect();
        let names = queue_names(&many.join("\n"), "orders");
        assert_eq!(names.len(), MOST);
        assert_eq!(names[MOST - 1], "q99");
    }
}
