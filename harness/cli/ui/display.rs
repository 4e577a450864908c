//! The style of messages, decided once from the properties of the terminal.

use std::io::IsTerminal as _;

/// The properties of standard error and of the environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "four independent facts about the surroundings, not a state"
)]
pub struct Surroundings {
    /// Standard error is a terminal.
    pub terminal: bool,
    /// `NO_COLOR` is set to something.
    pub no_color: bool,
    /// `CI` is set to something.
    pub ci: bool,
    /// `TERM` is `dumb`, or not set.
    pub dumb: bool,
}

impl Surroundings {
    /// The properties for this process.
    pub fn of_this_process() -> Self {
        let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        Self {
            terminal: std::io::stderr().is_terminal(),
            no_color: set("NO_COLOR"),
            ci: set("CI"),
            dumb: std::env::var("TERM").is_ok_and(|term| term == "dumb") || !set("TERM"),
        }
    }
}

/// The style of messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Display {
    /// Progress lines that move, in colour.
    Live,
    /// Progress lines that move, without colour.
    LivePlain,
    /// One line per fact, for logs and pipes.
    Lines,
}

impl Display {
    /// Chooses the style. Pure.
    pub const fn decide(surroundings: Surroundings) -> Self {
        let Surroundings {
            terminal,
            no_color,
            ci,
            dumb,
        } = surroundings;
        if !terminal || ci || dumb {
            Self::Lines
        } else if no_color {
            Self::LivePlain
        } else {
            Self::Live
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TERMINAL: Surroundings = Surroundings {
        terminal: true,
        no_color: false,
        ci: false,
        dumb: false,
    };

    #[test]
    fn a_pipe_a_dumb_terminal_and_ci_get_plain_lines() {
        for surroundings in [
            Surroundings {
                terminal: false,
                ..TERMINAL
            },
            Surroundings {
                dumb: true,
                ..TERMINAL
            },
            Surroundings {
                ci: true,
                ..TERMINAL
            },
        ] {
            assert_eq!(Display::decide(surroundings), Display::Lines);
        }
    }

    #[test]
    fn no_color_removes_colour_and_keeps_moving_lines() {
        assert_eq!(Display::decide(TERMINAL), Display::Live);
        let no_color = Surroundings {
            no_color: true,
            ..TERMINAL
        };
        assert_eq!(Display::decide(no_color), Display::LivePlain);
    }
}
