//! The settings that a release of the Temporal server registers.

use super::kind::Kind;

/// Each list with the release that it is of, oldest first. Lines are key, precedence and type.
const LISTS: &[(&str, &str)] = &[
    ("1.31.2", include_str!("keys/1.31.2.tsv")),
    ("1.32.0", include_str!("keys/1.32.0.tsv")),
];

/// The settings of one release.
#[derive(Debug, Clone, Copy)]
pub(super) struct List {
    /// The release.
    pub(super) version: &'static str,
    lines: &'static str,
}

/// One setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Registered {
    /// Its key in the server's own spelling.
    pub(super) key: &'static str,
    /// By what its value may differ.
    pub(super) precedence: Precedence,
    kind: &'static str,
}

/// By what the value of a setting may differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Precedence {
    Global,
    Namespace,
    NamespaceId,
    TaskQueue,
    ShardId,
    TaskType,
    Destination,
    ChasmTaskType,
}

impl List {
    /// The list of the newest release.
    pub(super) fn newest() -> Self {
        let (version, lines) = LISTS.last().expect("there is a list");
        Self { version, lines }
    }

    /// The list that is nearest to a version: its own, else that of the last release before it,
    /// else the oldest.
    pub(super) fn nearest(version: &str) -> Self {
        let wanted = numbers(version);
        let before = |(listed, _): &&(&str, &str)| numbers(listed) <= wanted;
        let same_minor = |(listed, _): &&(&str, &str)| minor(listed) == minor(version);
        let mut lists = LISTS.iter().rev();
        let found = LISTS
            .iter()
            .find(same_minor)
            .or_else(|| lists.find(before))
            .unwrap_or(&LISTS[0]);
        Self {
            version: found.0,
            lines: found.1,
        }
    }

    /// Whether it has all settings of a version: patch releases seldom bring new ones.
    pub(super) fn is_of(self, version: &str) -> bool {
        minor(self.version) == minor(version)
    }

    /// The setting of a key, whatever the case of its letters.
    pub(super) fn find(self, key: &str) -> Option<Registered> {
        self.settings()
            .find(|setting| setting.key.eq_ignore_ascii_case(key))
    }

    /// All settings.
    pub(super) fn settings(self) -> impl Iterator<Item = Registered> {
        self.lines.lines().map(|line| {
            let mut parts = line.split('\t');
            let mut part = || parts.next().expect("a line has three parts");
            Registered {
                key: part(),
                precedence: Precedence::of(part()),
                kind: part(),
            }
        })
    }
}

impl Registered {
    /// The type of its value.
    pub(super) fn kind(&self) -> Kind {
        Kind::of(self.kind)
    }
}

impl Precedence {
    fn of(word: &str) -> Self {
        match word {
            "global" => Self::Global,
            "namespace" => Self::Namespace,
            "namespace-id" => Self::NamespaceId,
            "task-queue" => Self::TaskQueue,
            "shard-id" => Self::ShardId,
            "task-type" => Self::TaskType,
            "destination" => Self::Destination,
            "chasm-task-type" => Self::ChasmTaskType,
            other => unreachable!("`keys/main.go` writes no precedence `{other}`"),
        }
    }
}

fn numbers(version: &str) -> Vec<u64> {
    let numbers = version.split(['.', '-']).map(str::parse);
    numbers.map_while(Result::ok).collect()
}

fn minor(version: &str) -> Vec<u64> {
    let mut numbers = numbers(version);
    numbers.truncate(2);
    numbers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_every_list_is_a_setting_with_a_type() {
        for (version, _) in LISTS {
            let list = List::nearest(version);
            assert_eq!(list.version, *version);
            let kinds: Vec<Kind> = list.settings().map(|setting| setting.kind()).collect();
            assert!(kinds.len() > 600, "{version} has {}", kinds.len());
            assert!(kinds.contains(&Kind::Gradual(Box::new(Kind::Bool))));
        }
    }

    #[test]
    fn a_version_is_held_against_the_list_that_is_nearest() {
        let nearest = |version| List::nearest(version).version;
        let versions = [
            "1.20.0",
            "1.31.2",
            "1.31.9",
            "1.32.0",
            "1.32.2-rc.1",
            "1.40.0",
            "2.0",
        ];
        let expected = [
            "1.31.2", "1.31.2", "1.31.2", "1.32.0", "1.32.0", "1.32.0", "1.32.0",
        ];
        assert_eq!(versions.map(nearest), expected);
        assert!(List::nearest("1.31.9").is_of("1.31.9"));
        assert!(!List::nearest("1.40.0").is_of("1.40.0"));
    }

    #[test]
    fn case_means_nothing_in_a_key() {
        let found = List::newest().find("FRONTEND.namespacerps");
        assert_eq!(found.map(|found| found.key), Some("frontend.namespaceRPS"));
    }
}
