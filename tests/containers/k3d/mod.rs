//! Backend `k3d`: everything in a cluster, on a database beside it.

mod crash;
mod deaths;
mod repair;
mod whole;
