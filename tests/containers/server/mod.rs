//! Engine `server`: processes of this machine, on a database in a container.

mod crash;
mod deaths;
mod refusals;
mod repair;
mod schema;
mod sql;
mod whole;

use testing::suite::Test;

pub(crate) fn tests() -> Vec<Test> {
    [
        crash::tests(),
        deaths::tests(),
        refusals::tests(),
        repair::tests(),
        schema::tests(),
        whole::tests(),
    ]
    .concat()
}
