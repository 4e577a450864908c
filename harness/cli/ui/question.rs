//! A line from whoever sits at the terminal.

use std::io;
use std::thread;

use tokio::sync::oneshot;

/// The next line of standard input; nothing if that is at its end.
///
/// Nothing gives up a read of a terminal, so it waits in a thread of its own, which ends with the
/// process: a command asks when all else is over.
pub(super) async fn line() -> Option<String> {
    let (answer, answered) = oneshot::channel();
    let read = move || {
        let mut line = String::new();
        if matches!(io::stdin().read_line(&mut line), Ok(1..)) {
            // Whoever asked may not wait any more.
            let _ = answer.send(line.trim().to_owned());
        }
    };
    thread::Builder::new()
        .name("answer".to_owned())
        .spawn(read)
        .ok()?;
    answered.await.ok()
}
