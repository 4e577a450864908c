//! The `harness` binary: see the library's documentation and `harness --help`.

use std::process::ExitCode;

use harness::ui::{Display, Surroundings, Ui, standard_output};

fn main() -> ExitCode {
    let mut ui = Ui::new(
        standard_output(),
        Box::new(anstream::stderr()),
        Display::decide(Surroundings::of_this_process()),
    );
    let exit = harness::verb::main(std::env::args_os(), &mut ui);
    ExitCode::from(exit.code())
}
