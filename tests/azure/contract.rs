//! Microsoft's own descriptions of Azure's interfaces.

use camino::Utf8PathBuf;
use testing::need::skip;

/// The folder with the files of `OpenAPI`: beside the checkout, or where `AZURE_CONTRACT` says.
/// `None` means that the test is skipped.
pub(crate) fn openapi() -> Option<Utf8PathBuf> {
    let beside = Utf8PathBuf::from("../shared/azure-contract");
    let folder = std::env::var("AZURE_CONTRACT").map_or(beside, Utf8PathBuf::from);
    let folder = folder.join("openapi");
    if folder.is_dir() {
        return Some(folder);
    }
    skip("azure-contract", &format!("there is no folder {folder}"));
    None
}
