//! The Dockerfile of the worker, as far as it can be judged without a build.

use std::path::Path;

#[test]
fn what_the_dockerfile_copies_from_the_workspace_is_there() {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let workspace = package.parent().expect("a member of a workspace");
    let file = std::fs::read_to_string(package.join("Dockerfile")).expect("readable");
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
