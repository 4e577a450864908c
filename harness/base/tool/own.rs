//! The path of the running harness, which starts itself as a tool.

use camino::Utf8PathBuf;

/// The path of this program. On Linux it also works after a new build replaced the file.
pub fn this_program() -> Utf8PathBuf {
    let link = Utf8PathBuf::from("/proc/self/exe");
    if link.exists() {
        return link;
    }
    let own = std::env::current_exe().ok();
    own.and_then(|path| Utf8PathBuf::try_from(path).ok())
        .unwrap_or_else(|| Utf8PathBuf::from("harness"))
}
