//! The Docker names of a state folder's database.

use camino::Utf8Path;
use model::topology::Digest;

/// How many characters of the profile's name are used. With the rest, the whole fits the label of a
/// host name, which may have 63 characters.
const PROFILE: usize = 32;

/// The names. They are unique to the state folder, so two checkouts or two profiles share nothing.
#[derive(Debug, Clone)]
pub struct Names {
    /// The prefix of all names.
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

    pub fn container(&self) -> &str {
        &self.container
    }

    /// Another container of the same state folder.
    pub fn sibling(&self, part: &str) -> String {
        format!("{}-{part}", self.folder)
    }

    /// The alias on its network. It differs from the name of the container: when k3d makes a
    /// cluster, it writes the names and addresses of the network's containers into the cluster's
    /// DNS, and a container that is made again may get another address.
    pub fn host(&self) -> String {
        format!("{}.internal", self.container)
    }

    /// The volume with the data.
    pub(super) fn data(&self) -> String {
        format!("{}-data", self.container)
    }

    /// A helper container with one purpose, such as `copy`, and its volume if it has one.
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
