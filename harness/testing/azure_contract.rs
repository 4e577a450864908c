//! Microsoft's API specifications of Azure.

use camino::Utf8PathBuf;

use crate::project;

/// The folder with Microsoft's API specifications of Azure, which
/// [`AZURE_CONTRACT`](crate::need::AZURE_CONTRACT) needs: beside the checkout, or where the variable
/// `AZURE_CONTRACT` says.
pub fn folder() -> Utf8PathBuf {
    let beside = project().join("../shared/azure-contract");
    std::env::var("AZURE_CONTRACT").map_or(beside, Utf8PathBuf::from)
}
