//! The settings that a release of the Temporal server registers.

use super::kind::Kind;

/// Each release with its list, the oldest first. A line has the key, the precedence and the type.
const LISTS: &[(&str, &str)] = &[
    ("1.31.2", include_str!("keys/1.31.2.tsv")),
    ("1.32.0", include_str!("keys/1.32.0.tsv")),
];

/// The settings of one release.
#[derive(Debug, Clone, Copy)]
pub(super) struct List {
    pub(super) version: &'static str,
    lines: &'static str,
}

/// One setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Registered {
    /// The key in the spelling of the server.
    pub(super) key: &'static str,
    pub(super) precedence: Precedence,
    kind: &'static str,
}

/// The scope of a setting: it may have a different value for each namespace, task queue and so on.
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
    pub(super) fn newest() -> Self {
        let (version, lines) = LISTS.last().expect("at least one list");
        Self { version, lines }
    }

    /// The list for a version: the list of the same minor version, else of the last release before
    /// it, else the oldest list.
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

    /// Whether the list is for the same minor version. Patch releases seldom add settings.
    pub(super) fn is_of(self, version: &str) -> bool {
        minor(self.version) == minor(version)
    }

    /// The setting of a key. Ignores the case of the key.
    pub(super) fn find(self, key: &str) -> Option<Registered> {
        self.settings()
            .find(|setting| setting.key.eq_ignore_ascii_case(key))
    }

    pub(super) fn settings(self) -> impl Iterator<Item = Registered> {
        self.lines.lines().map(|line| {
            let mut parts = line.split('\t');
            let mut part = || parts.next().expect("three parts on every line");
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
            other => unreachable!("`keys/main.go` does not write a precedence `{other}`"),
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
    fn a_version_is_checked_against_the_nearest_list() {
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
    fn the_case_of_a_key_is_ignored() {
        let found = List::newest().find("FRONTEND.namespacerps");
        assert_eq!(found.map(|found| found.key), Some("frontend.namespaceRPS"));
    }
}
