//! Checks the Dockerfile of the worker without a build.

use std::path::Path;

#[test]
fn the_paths_that_the_dockerfile_copies_exist() {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let workspace = package.parent().expect("a member of a workspace");
    let file = fs_err::read_to_string(package.join("Dockerfile")).expect("readable");
    let copies = file.lines().filter_map(|line| line.strip_prefix("COPY "));
    let own = copies.filter(|copy| !copy.starts_with("--from"));
    let mut count = 0;
    for copy in own {
        let (sources, _) = copy.rsplit_once(' ').expect("a source and a destination");
        for source in sources.split(' ') {
            count += 1;
            assert!(workspace.join(source).exists(), "{source}");
        }
    }
    assert!(count > 0, "nothing is copied");
}
