//! The path of the running harness, which starts itself as a tool.

use camino::Utf8PathBuf;

/// The path of this program. On Linux it also works after a new build replaced the file.
pub fn this_program() -> Utf8PathBuf {
    let link = Utf8PathBuf::from("/proc/self/exe");
    if link.exists() {
        return link;
    }
    own_file().unwrap_or_else(|| Utf8PathBuf::from("harness"))
}

/// The path of this program's file, which is the same for every process of it. If the file was
/// removed or replaced, [`this_program`].
pub fn this_file() -> Utf8PathBuf {
    let file = own_file().filter(|path| path.is_file());
    file.unwrap_or_else(this_program)
}

fn own_file() -> Option<Utf8PathBuf> {
    std::env::current_exe().ok()?.try_into().ok()
}
