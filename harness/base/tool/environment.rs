//! The environment variables of this process, and the variables that each family of tools may see.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::os::unix::fs::PermissionsExt;

use camino::{Utf8Path, Utf8PathBuf};
use nix::unistd::{Uid, User};

use super::error::Error;

/// Environment variables, read once. Code that needs a variable gets this value instead of reading
/// the process environment, so that tests can choose the variables.
#[derive(Clone, Default)]
pub struct Environment(BTreeMap<OsString, OsString>);

/// Leaves out the values, which may be secrets.
impl fmt::Debug for Environment {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_set().entries(self.0.keys()).finish()
    }
}

/// Tools that need the same variables. A tool sees the common variables and those of its family:
/// pip must not see Cargo's registry tokens, and Cargo must not see the password in pip's index
/// URL.
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
    /// The user's own build command, of any language.
    Build,
    /// The program that opens a browser on the desktop.
    Desktop,
    /// Temporal's programs. They do not see the home folder, because they would read client
    /// profiles from it.
    Temporal,
}

/// A pattern of variable names: a whole name, a prefix (`X_*`) or a suffix (`*_X`).
type Pattern = &'static str;

/// Programs, temporary files, language, proxies and trusted certificates.
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

/// The folders of the user's settings and caches.
const HOME: &[Pattern] = &["HOME", "XDG_*"];

/// The settings of pip, and the variables by which common version managers find Python.
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

/// The settings of Cargo and rustup, the C toolchain for build scripts, and Git's settings for
/// dependencies from a repository.
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

/// Variables that `cargo run` and `cargo test` set for the program that they start. A Cargo that
/// this program starts must not see them, because it would rebuild everything.
const RUST_OF_THE_PARENT: &[Pattern] = &[
    "CARGO_MANIFEST_*",
    "CARGO_PKG_*",
    "CARGO_BIN_*",
    "CARGO_CRATE_NAME",
    "CARGO_PRIMARY_PACKAGE",
    "CARGO_MAKEFLAGS",
    "CARGO_TARGET_TMPDIR",
];

/// The settings of Go, and Git's settings for modules from a repository.
const GO: &[Pattern] = &["GO*", "NETRC", "GIT_SSL_*", "SSH_AUTH_SOCK"];

/// Variables that match `GO*` and that Go must not see: the target platform, the output folder, and
/// variables of Google's tools.
const GO_WITHHELD: &[Pattern] = &["GOOS", "GOARCH", "GOBIN", "GOOGLE_*"];

/// The settings of further languages' build tools, and the variables by which common version
/// managers find them.
const OTHER_LANGUAGES: &[Pattern] = &[
    "NODE_*",
    "NPM_*",
    "npm_config_*",
    "NVM_*",
    "VOLTA_*",
    "YARN_*",
    "PNPM_*",
    "COREPACK_*",
    "BUN_*",
    "UV_*",
    "POETRY_*",
    "JAVA_*",
    "JDK_*",
    "MAVEN_*",
    "M2_HOME",
    "GRADLE_*",
    "SDKMAN_*",
    "DOTNET_*",
    "NUGET_*",
    "GEM_*",
    "BUNDLE_*",
    "RBENV_*",
    "COMPOSER_*",
];

/// The settings of Docker, and those settings of k3d that fix problems or choose images. Other k3d
/// settings would change the cluster.
const CONTAINER: &[Pattern] = &[
    "DOCKER_*",
    "K3D_FIX_*",
    "K3D_HELPER_*",
    "K3D_IMAGE_*",
    "SSH_AUTH_SOCK",
];

/// The addresses of the desktop and its message bus.
const DESKTOP: &[Pattern] = &[
    "DISPLAY",
    "WAYLAND_DISPLAY",
    "DBUS_SESSION_BUS_ADDRESS",
    "BROWSER",
];

const DOCKER_HOST: &str = "DOCKER_HOST";

/// Variables for which an empty value means "not set". For other variables, such as `NO_PROXY` and
/// `RUSTFLAGS`, the empty value has a meaning of its own.
const UNSET_IF_EMPTY: &[Pattern] = &[
    "HARNESS_*",
    "DOCKER_*",
    "AZURE_*",
    "XDG_*",
    "HOME",
    "TMPDIR",
];

impl Environment {
    /// The variables of this process. If `HOME` is not set, its value comes from the user database.
    pub fn of_process() -> Self {
        let mut whole = Self::of(std::env::vars_os());
        if whole.home().is_none()
            && let Ok(Some(user)) = User::from_uid(Uid::current())
        {
            whole = whole.with("HOME", user.dir);
        }
        whole
    }

    /// These variables, without the empty ones of [`UNSET_IF_EMPTY`]. Tools must not see those
    /// either, because some tools read an empty folder as the working folder.
    fn of(variables: impl IntoIterator<Item = (OsString, OsString)>) -> Self {
        let unset = |name: &OsStr| {
            let name = name.to_str();
            name.is_some_and(|name| UNSET_IF_EMPTY.iter().any(|pattern| matches(pattern, name)))
        };
        let set = |(name, value): &(OsString, OsString)| !(value.is_empty() && unset(name));
        Self(variables.into_iter().filter(set).collect())
    }

    /// Sets one variable.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.0.insert(name.into(), value.into());
        self
    }

    /// The value of a variable. A variable that is empty or not UTF-8 counts as not set.
    pub fn text(&self, name: &str) -> Option<&str> {
        let value = self.0.get(OsStr::new(name))?.to_str()?;
        (!value.is_empty()).then_some(value)
    }

    pub fn home(&self) -> Option<&Utf8Path> {
        self.text("HOME").map(Utf8Path::new)
    }

    /// The first executable file of that name in the absolute folders of `PATH`.
    pub fn find(&self, program: &str) -> Option<Utf8PathBuf> {
        let folders = self.0.get(OsStr::new("PATH"))?;
        std::env::split_paths(folders)
            .filter(|folder| folder.is_absolute())
            .filter_map(|folder| Utf8PathBuf::from_path_buf(folder.join(program)).ok())
            .find(|path| is_executable(path))
    }

    /// The path of a program, or an error if it is not on `PATH`.
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
            // Without it, these tools use the context of the Docker CLI, which may be another
            // engine.
            variables.insert(DOCKER_HOST.into(), self.docker_host().into());
        }
        variables
    }

    /// The address of the Docker engine, for the harness and for the tools that it starts.
    pub fn docker_host(&self) -> &str {
        self.text(DOCKER_HOST)
            .unwrap_or("unix:///var/run/docker.sock")
    }
}

impl Family {
    fn sees(self, name: &str) -> bool {
        let among = |patterns: &[Pattern]| patterns.iter().any(|pattern| matches(pattern, name));
        let (own, withheld): (&[&[Pattern]], &[&[Pattern]]) = match self {
            Self::Python => (&[PYTHON], &[]),
            Self::Rust => (&[RUST], &[RUST_OF_THE_PARENT]),
            Self::Go => (&[GO], &[GO_WITHHELD]),
            Self::Container => (&[CONTAINER], &[]),
            Self::Desktop => (&[DESKTOP], &[]),
            Self::Build => (
                &[PYTHON, RUST, GO, OTHER_LANGUAGES],
                &[RUST_OF_THE_PARENT, GO_WITHHELD],
            ),
            Self::Temporal => (&[], &[HOME]),
        };
        let among_any = |lists: &[&[Pattern]]| lists.iter().any(|patterns| among(patterns));
        (among(COMMON) || among(HOME) || among_any(own)) && !among_any(withheld)
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

    #[test]
    fn the_debug_form_has_names_and_no_values() {
        let environment = Environment::default().with("API_KEY", "secret");
        assert_eq!(format!("{environment:?}"), r#"{"API_KEY"}"#);
    }

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
    fn a_family_sees_its_own_variables_and_no_secrets_of_other_families() {
        insta::assert_snapshot!(seen_by(Family::Python, ALL), @"HOME HTTPS_PROXY PATH PIP_INDEX_URL SSL_CERT_FILE no_proxy");
        insta::assert_snapshot!(seen_by(Family::Rust, ALL), @"CARGO_HOME CARGO_REGISTRY_TOKEN CARGO_TARGET_DIR HOME HTTPS_PROXY PATH SSL_CERT_FILE no_proxy");
        insta::assert_snapshot!(seen_by(Family::Go, ALL), @"GOPROXY HOME HTTPS_PROXY PATH SSL_CERT_FILE no_proxy");
        insta::assert_snapshot!(seen_by(Family::Container, ALL), @"DOCKER_HOST HOME HTTPS_PROXY PATH SSL_CERT_FILE no_proxy");
        insta::assert_snapshot!(seen_by(Family::Build, ALL), @"CARGO_HOME CARGO_REGISTRY_TOKEN CARGO_TARGET_DIR GOPROXY HOME HTTPS_PROXY PATH PIP_INDEX_URL SSL_CERT_FILE no_proxy");
        insta::assert_snapshot!(seen_by(Family::Temporal, ALL), @"HTTPS_PROXY PATH SSL_CERT_FILE no_proxy");
    }

    #[test]
    fn tools_use_the_same_docker_engine_as_the_harness() {
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
    fn an_empty_variable_is_unset_unless_the_empty_value_has_a_meaning() {
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
