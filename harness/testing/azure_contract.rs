//! Microsoft's API specifications of Azure.

use camino::Utf8PathBuf;

use crate::need::skip;
use crate::project;

/// The folder with Microsoft's API specifications of Azure: beside the checkout, or where
/// `AZURE_CONTRACT` says. `None` means that the test is skipped.
#[track_caller]
pub fn contract() -> Option<Utf8PathBuf> {
    let beside = project().join("../shared/azure-contract");
    let folder = std::env::var("AZURE_CONTRACT").map_or(beside, Utf8PathBuf::from);
    if folder.is_dir() {
        return Some(folder);
    }
    skip(
        "azure-contract",
        &format!("the folder {folder} does not exist"),
    );
    None
}
