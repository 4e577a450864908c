//! Reads the answer to a question from the terminal.

use std::io;
use std::thread;

use tokio::sync::oneshot;

/// The next line of standard input; `None` at its end.
///
/// A read of a terminal cannot be cancelled, so it runs in a thread, which ends with the process. A
/// command asks only when all other work is done.
pub(super) async fn line() -> Option<String> {
    let (answer, answered) = oneshot::channel();
    let read = move || {
        let mut line = String::new();
        if matches!(io::stdin().read_line(&mut line), Ok(1..)) {
            // The receiver may have stopped waiting.
            let _ = answer.send(line.trim().to_owned());
        }
    };
    thread::Builder::new()
        .name("answer".to_owned())
        .spawn(read)
        .ok()?;
    answered.await.ok()
}
