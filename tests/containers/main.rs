//! The places that need containers, for real: the built harness makes clusters, databases and
//! processes, and the tests do to them what users and machines do.
//!
//! Needs Docker, and k3d for what is in a cluster; without them the tests are skipped, unless
//! `HARNESS_REQUIRE` names what is missing. Linux only: the worker's image is made of the worker
//! that was built here, and who runs, and for whom, is read from `/proc`.
#![cfg(target_os = "linux")]

mod azure;
#[path = "../support/census.rs"]
#[expect(dead_code, reason = "the tests of processes also look for listeners")]
mod census;
mod cut;
#[path = "../support/deaths.rs"]
mod deaths;
mod endpoint;
#[path = "../support/eventually.rs"]
mod eventually;
#[path = "../support/folder.rs"]
mod folder;
#[path = "../support/hangup.rs"]
mod hangup;
#[path = "../support/http.rs"]
#[expect(dead_code, reason = "the tests of processes also serve")]
mod http;
#[path = "../support/invocation.rs"]
#[expect(dead_code, reason = "the tests of processes also signal")]
mod invocation;
mod k3d;
#[path = "../support/look.rs"]
#[expect(dead_code, reason = "the tests of processes also wait for a journal")]
mod look;
mod place;
#[path = "../support/programs.rs"]
#[expect(
    dead_code,
    reason = "the tests of processes also need the Temporal CLI"
)]
mod programs;
#[path = "../support/report.rs"]
mod report;
mod server;
mod turn;
mod worker;
