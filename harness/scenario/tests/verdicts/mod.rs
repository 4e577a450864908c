//! Which verdict wins, and what it is to the shell.

mod gravity;
mod load;
mod scene;
