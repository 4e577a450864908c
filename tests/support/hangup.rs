//! SIGHUP as a terminal leaves it.

use std::process::Command;

/// The same command, of a cleared environment, with SIGHUP at its default: whoever runs the tests may
/// ignore it, as under `nohup`, and children inherit that.
pub fn heeding_hangup(command: &Command) -> Command {
    let mut heeding = Command::new("env");
    heeding.arg("--default-signal=HUP");
    heeding.arg(command.get_program()).args(command.get_args());
    if let Some(folder) = command.get_current_dir() {
        heeding.current_dir(folder);
    }
    let variables = command.get_envs();
    let set = variables.filter_map(|(name, value)| Some((name, value?)));
    heeding.env_clear().envs(set);
    heeding
}
