//! The recipe of each fault, a file each.

pub(super) mod kill;
