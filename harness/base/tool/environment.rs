//! The environment variables of this process, and the ones that each family of tools may see.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::os::unix::fs::PermissionsExt;

use camino::{Utf8Path, Utf8PathBuf};
use nix::unistd::{Uid, User};

use super::error::Error;

/// Environment variables, read once: whoever needs one is given this instead of asking the
/// process, so that a test can say what is set.
#[derive(Debug, Clone, Default)]
pub struct Environment(BTreeMap<OsString, OsString>);

/// Tools that need the same variables. Each sees those that every program needs and its own:
/// pip has no business with Cargo's registry tokens, nor Cargo with the password in an index URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// pip.
    Python,
    /// cargo, and through it rustc, build scripts and a C compiler.
    Rust,
    /// go.
    Go,
    /// docker and k3d.
    Container,
    /// What shows something to the user on a desktop.
    Desktop,
    /// Temporal's own. It finds profiles of its clients by the home folder, and has none.
    Temporal,
}

/// A pattern of variable names: a whole name, or its beginning or end marked by `*`.
type Pattern = &'static str;

/// Where programs, temporary files, proxies and trusted certificates are; the language.
const COMMON: &[Pattern] = &[
    "PATH",
    "USER",
    "LOGNAME",
    "TMPDIR",
    "TZ",
    "LANG",
    "LC_*",
    "*_PROXY",
    "*_proxy",
    "SSL_CERT_*",
    "NIX_SSL_CERT_FILE",
    "CURL_CA_BUNDLE",
];

/// Where the user's own settings and caches are.
const HOME: &[Pattern] = &["HOME", "XDG_*"];

/// pip's own settings, and what the usual version managers find their Python by.
const PYTHON: &[Pattern] = &[
    "PIP_*",
    "PYTHON*",
    "REQUESTS_CA_BUNDLE",
    "VIRTUAL_ENV",
    "CONDA_*",
    "PYENV_*",
    "ASDF_*",
    "MISE_*",
    "NETRC",
];

/// Cargo's and rustup's settings, the C toolchain that build scripts call, and what Git needs
/// for dependencies that live in a repository.
const RUST: &[Pattern] = &[
    "CARGO_*",
    "RUSTUP_*",
    "RUSTC",
    "RUSTC_*",
    "RUSTFLAGS",
    "SCCACHE_*",
    "CC",
    "CC_*",
    "CXX",
    "CXX_*",
    "AR",
    "CFLAGS",
    "CXXFLAGS",
    "LDFLAGS",
    "CPATH",
    "LIBRARY_PATH",
    "PKG_CONFIG*",
    "PROTOC",
    "SDKROOT",
    "DEVELOPER_DIR",
    "MACOSX_DEPLOYMENT_TARGET",
    "GIT_SSL_*",
    "SSH_AUTH_SOCK",
];

/// What `cargo run` and `cargo test` tell the program they start about itself. A Cargo started
/// from that program must not take it for its own, or it would find everything changed.
const RUST_OF_THE_PARENT: &[Pattern] = &[
    "CARGO_MANIFEST_*",
    "CARGO_PKG_*",
    "CARGO_BIN_*",
    "CARGO_CRATE_NAME",
    "CARGO_PRIMARY_PACKAGE",
    "CARGO_MAKEFLAGS",
    "CARGO_TARGET_TMPDIR",
];

/// Go's own settings, and what it needs for modules that are fetched from a repository.
const GO: &[Pattern] = &["GO*", "NETRC", "GIT_SSL_*", "SSH_AUTH_SOCK"];

/// What would have Go build for another machine, or put what it builds elsewhere; and what only
/// begins as Go's own settings do.
const GO_FOR_OTHERS: &[Pattern] = &["GOOS", "GOARCH", "GOBIN", "GOOGLE_*"];

/// Docker's settings, and of k3d's those that mend it or name its images: the others would make
/// another cluster.
const CONTAINER: &[Pattern] = &[
    "DOCKER_*",
    "K3D_FIX_*",
    "K3D_HELPER_*",
    "K3D_IMAGE_*",
    "SSH_AUTH_SOCK",
];

/// Where the desktop and its message bus are.
const DESKTOP: &[Pattern] = &[
    "DISPLAY",
    "WAYLAND_DISPLAY",
    "DBUS_SESSION_BUS_ADDRESS",
    "BROWSER",
];

const DOCKER_HOST: &str = "DOCKER_HOST";

/// Variables of which an empty one is one that is not set. Of others, such as `NO_PROXY` and
/// `RUSTFLAGS`, an empty value says something to the tools that read them.
const UNSET_IF_EMPTY: &[Pattern] = &[
    "HARNESS_*",
    "DOCKER_*",
    "AZURE_*",
    "XDG_*",
    "HOME",
    "TMPDIR",
];

impl Environment {
    /// The variables of this process; where `HOME` is not set, it is taken from the user database.
    pub fn of_process() -> Self {
        let mut whole = Self::of(std::env::vars_os());
        if whole.home().is_none()
            && let Ok(Some(user)) = User::from_uid(Uid::current())
        {
            whole = whole.with("HOME", user.dir);
        }
        whole
    }

    /// These variables, but for those that are set to nothing where that means that they are not
    /// set. Tools must not see them either: to some of them an empty folder is the working one.
    fn of(variables: impl IntoIterator<Item = (OsString, OsString)>) -> Self {
        let unset = |name: &OsStr| {
            let name = name.to_str();
            name.is_some_and(|name| UNSET_IF_EMPTY.iter().any(|pattern| matches(pattern, name)))
        };
        let set = |(name, value): &(OsString, OsString)| !(value.is_empty() && unset(name));
        Self(variables.into_iter().filter(set).collect())
    }

    /// The same with one variable set.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.0.insert(name.into(), value.into());
        self
    }

    /// The value of a variable; one that is empty, or not text, counts as not set.
    pub fn text(&self, name: &str) -> Option<&str> {
        let value = self.0.get(OsStr::new(name))?.to_str()?;
        (!value.is_empty()).then_some(value)
    }

    /// The home folder.
    pub fn home(&self) -> Option<&Utf8Path> {
        self.text("HOME").map(Utf8Path::new)
    }

    /// The first executable file of that name in the folders of `PATH`.
    pub fn find(&self, program: &str) -> Option<Utf8PathBuf> {
        let folders = self.0.get(OsStr::new("PATH"))?;
        std::env::split_paths(folders)
            .filter(|folder| folder.is_absolute())
            .filter_map(|folder| Utf8PathBuf::from_path_buf(folder.join(program)).ok())
            .find(|path| is_executable(path))
    }

    /// Where a program is on the `PATH`, which has to have it.
    pub fn require(&self, program: &str) -> Result<Utf8PathBuf, Error> {
        self.find(program).ok_or_else(|| Error::Find {
            program: program.to_owned(),
        })
    }

    /// The variables that a family of tools may see.
    pub fn for_family(&self, family: Family) -> BTreeMap<OsString, OsString> {
        let seen = |(name, _): &(&OsString, &OsString)| {
            name.to_str().is_some_and(|name| family.sees(name))
        };
        let mut variables: BTreeMap<OsString, OsString> = self
            .0
            .iter()
            .filter(seen)
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        if family == Family::Container {
            // Otherwise they go by the context of the Docker CLI, perhaps to another engine.
            variables.insert(DOCKER_HOST.into(), self.docker_host().into());
        }
        variables
    }

    /// The address of the Docker engine that we use ourselves, and so do tools.
    pub fn docker_host(&self) -> &str {
        self.text(DOCKER_HOST)
            .unwrap_or("unix:///var/run/docker.sock")
    }
}

impl Family {
    fn sees(self, name: &str) -> bool {
        let (own, withheld): (_, &[Pattern]) = match self {
            Self::Python => (PYTHON, &[]),
            Self::Rust => (RUST, RUST_OF_THE_PARENT),
            Self::Go => (GO, GO_FOR_OTHERS),
            Self::Container => (CONTAINER, &[]),
            Self::Desktop => (DESKTOP, &[]),
            Self::Temporal => (&[][..], HOME),
        };
        let among = |patterns: &[Pattern]| patterns.iter().any(|pattern| matches(pattern, name));
        (among(COMMON) || among(HOME) || among(own)) && !among(withheld)
    }
}

fn matches(pattern: Pattern, name: &str) -> bool {
    match (pattern.strip_suffix('*'), pattern.strip_prefix('*')) {
        (Some(beginning), _) => name.starts_with(beginning),
        (_, Some(end)) => name.ends_with(end),
        _ => name == pattern,
    }
}

/// Whether a path is a file that can be executed.
pub fn is_executable(path: &Utf8Path) -> bool {
    path.metadata()
        .is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen_by(family: Family, names: &[&str]) -> String {
        let environment = names
            .iter()
            .fold(Environment::default(), |environment, name| {
                environment.with(name, "x")
            });
        let seen = environment.for_family(family);
        seen.keys()
            .map(|name| name.to_string_lossy())
            .collect::<Vec<_>>()
            .join(" ")
    }

    const ALL: &[&str] = &[
        "AWS_SECRET_ACCESS_KEY",
        "CARGO_HOME",
        "CARGO_MANIFEST_DIR",
        "CARGO_PKG_NAME",
        "CARGO_REGISTRY_TOKEN",
        "CARGO_TARGET_DIR",
        "DOCKER_HOST",
        "GOARCH",
        "GOOGLE_APPLICATION_CREDENTIALS",
        "GOPROXY",
        "HOME",
        "HTTPS_PROXY",
        "PATH",
        "PIP_INDEX_URL",
        "SSL_CERT_FILE",
        "no_proxy",
    ];

    #[test]
    fn a_family_sees_what_it_needs_and_no_secret_of_another() {
        insta::assert_snapshot!(seen_by(Family::Python, ALL), @"HOME HTTPS_PROXY PATH PIP_INDEX_URL SSL_CERT_FILE no_proxy");
        insta::assert_snapshot!(seen_by(Family::Rust, ALL), @"CARGO_HOME CARGO_REGISTRY_TOKEN CARGO_TARGET_DIR HOME HTTPS_PROXY PATH SSL_CERT_FILE no_proxy");
        insta::assert_snapshot!(seen_by(Family::Go, ALL), @"GOPROXY HOME HTTPS_PROXY PATH SSL_CERT_FILE no_proxy");
        insta::assert_snapshot!(seen_by(Family::Container, ALL), @"DOCKER_HOST HOME HTTPS_PROXY PATH SSL_CERT_FILE no_proxy");
        insta::assert_snapshot!(seen_by(Family::Temporal, ALL), @"HTTPS_PROXY PATH SSL_CERT_FILE no_proxy");
    }

    #[test]
    fn tools_use_the_docker_engine_that_we_use() {
        let host = |environment: &Environment, family| {
            let seen = environment.for_family(family);
            seen.get(OsStr::new(DOCKER_HOST)).cloned()
        };
        let other = Environment::default().with(DOCKER_HOST, "tcp://127.0.0.1:2375");
        for environment in [
            Environment::default(),
            Environment::default().with(DOCKER_HOST, ""),
            other.with("DOCKER_CONTEXT", "elsewhere"),
        ] {
            let ours = environment.docker_host().to_owned();
            assert_eq!(host(&environment, Family::Container), Some(ours.into()));
            assert_eq!(host(&environment, Family::Temporal), None);
        }
    }

    #[test]
    fn a_variable_that_is_set_to_nothing_is_not_set_where_that_means_nothing() {
        let names = [
            "HARNESS_CACHE",
            "DOCKER_HOST",
            "AZURE_CONFIG_DIR",
            "XDG_CACHE_HOME",
            "HOME",
            "NO_PROXY",
            "RUSTFLAGS",
        ];
        let empty = names.map(|name| (name.into(), OsString::new()));
        let left: Vec<_> = Environment::of(empty).0.into_keys().collect();
        assert_eq!(left, ["NO_PROXY", "RUSTFLAGS"]);
        let set = names.map(|name| (name.into(), "x".into()));
        assert_eq!(Environment::of(set).0.len(), names.len());
    }
}
