//! The `harness` binary: see the library's documentation and `harness --help`.

use std::ffi::OsString;
use std::process::ExitCode;

use artifact::EXAMPLE_WORKER;
use harness::ui::{Display, Surroundings, Ui, standard_output};

/// With it, the worker uses a third less CPU per workflow than with the system's allocator
/// (measured).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    if let Some(exit) = example_worker() {
        return exit;
    }
    let mut ui = Ui::new(
        standard_output(),
        Box::new(anstream::stderr()),
        Display::decide(Surroundings::of_this_process()),
    );
    let exit = harness::verb::main(std::env::args_os(), &mut ui);
    ExitCode::from(exit.code())
}

/// Runs the example worker if that is what this process was started as. It has a runtime of its
/// own.
fn example_worker() -> Option<ExitCode> {
    let mut arguments = std::env::args_os().skip(1);
    if arguments.next()? != EXAMPLE_WORKER {
        return None;
    }
    let name = OsString::from(format!("harness {EXAMPLE_WORKER}"));
    Some(workflow::worker::main(
        std::iter::once(name).chain(arguments),
    ))
}
