//! Terminals for commands.

use std::fs::File;
use std::process::{Command, Stdio};

use nix::pty::{OpenptyResult, Winsize, openpty};

/// How large the terminal is. On one without a size, no progress is drawn.
const SIZE: Winsize = Winsize {
    ws_row: 40,
    ws_col: 120,
    ws_xpixel: 0,
    ws_ypixel: 0,
};

/// Gives a command a terminal, and returns the terminal's other end. Drop the command once it was
/// started: reading ends when nobody holds the terminal any more.
pub fn connect(command: &mut Command) -> File {
    let OpenptyResult { master, slave } = openpty(&SIZE, None).expect("a terminal");
    let end = || Stdio::from(slave.try_clone().expect("a descriptor"));
    command.env("TERM", "xterm");
    command.stdin(end()).stdout(end()).stderr(end());
    File::from(master)
}
