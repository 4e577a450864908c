//! What the things of a state folder are called in Docker.

use camino::Utf8Path;
use model::topology::Digest;

/// How much of a profile's name is in it: with the rest, the whole is the label of a host name,
/// which has 63 characters at the most.
const PROFILE: usize = 32;

/// The names, unique to the state folder: two checkouts, or two profiles, share nothing.
#[derive(Debug, Clone)]
pub(super) struct Names {
    /// What all that belongs to the folder begins with.
    folder: String,
    container: String,
}

impl Names {
    /// The names for a state folder `.harness/PROFILE`.
    pub(super) fn of(folder: &Utf8Path) -> Self {
        let profile: String = folder
            .file_name()
            .unwrap_or_default()
            .chars()
            .filter(|letter| letter.is_ascii_alphanumeric() || *letter == '-')
            .take(PROFILE)
            .collect();
        let digest = Digest::of_bytes(folder.as_str().as_bytes()).to_string();
        let profile = profile.to_ascii_lowercase();
        let folder = format!("harness-{profile}-{}", &digest[..8]);
        let container = format!("{folder}-mysql");
        Self { folder, container }
    }

    /// The container.
    pub(super) fn container(&self) -> &str {
        &self.container
    }

    /// Another container of the same folder.
    pub(super) fn sibling(&self, part: &str) -> String {
        format!("{}-{part}", self.folder)
    }

    /// Its name on its network. Not that of the container: k3d writes the containers of a network
    /// with their addresses into the cluster's DNS when it makes it, and a container that is made
    /// anew may get another address.
    pub(super) fn host(&self) -> String {
        format!("{}.internal", self.container)
    }

    /// The volume with its data.
    pub(super) fn data(&self) -> String {
        format!("{}-data", self.container)
    }

    /// A container that does one thing, such as `copy`, and its volume if it has one.
    pub(super) fn helper(&self, purpose: &str) -> String {
        format!("{}-{purpose}", self.container)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_follows_from_profile_and_folder_and_fits_a_host_name() {
        let names = Names::of(Utf8Path::new("/a/.harness/local"));
        insta::assert_snapshot!(names.container(), @"harness-local-a16a635e-mysql");
        insta::assert_snapshot!(names.host(), @"harness-local-a16a635e-mysql.internal");
        assert_ne!(
            names.container(),
            Names::of(Utf8Path::new("/b/.harness/local")).container()
        );
        let long = format!("/a/.harness/{}", "profile_X".repeat(20));
        let long = Names::of(Utf8Path::new(&long));
        assert!(long.container().len() <= 63);
        assert!(long.container().starts_with("harness-profilexprofilex"));
    }
}
