//! Backend `k3d`: everything in a cluster, on a database beside it.

mod crash;
mod deaths;
mod repair;
mod whole;
mod workers;

use testing::suite::Test;

pub(crate) fn tests() -> Vec<Test> {
    [
        crash::tests(),
        deaths::tests(),
        repair::tests(),
        whole::tests(),
        workers::tests(),
    ]
    .concat()
}
