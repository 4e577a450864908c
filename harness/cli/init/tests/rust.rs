//! Workers in Rust.

use insta::assert_snapshot;

use super::found;

const MANIFEST: &str = "[package]\nname = \"orders\"\n";

const WORKER: &str = r#"use temporalio_sdk::{Worker, WorkerOptions};

// WorkerOptions::new("not-this")
fn main() {
    let options = WorkerOptions::new(orders::TASK_QUEUE).register_workflow::<Order>();
    let worker = Worker::new(&runtime, client, options);
}
"#;

const LIBRARY: &str = r#"pub const TASK_QUEUE: &str = "orders";
pub const REFUND: &str = "refund";

#[workflow]
#[derive(Default)]
pub struct Order;

#[workflow_methods]
impl Order {
    #[run]
    pub async fn run(context: &mut WorkflowContext<Self>, id: u64) -> WorkflowResult<()> {}
}

#[workflow_methods(factory_only)]
impl Refund {
    #[run(name = REFUND)]
    pub async fn run(context: &mut WorkflowContext<Self>) -> WorkflowResult<()> {}
}
"#;

#[test]
fn a_package_with_several_binaries() {
    let files = [
        ("Cargo.toml", MANIFEST),
        ("src/lib.rs", LIBRARY),
        ("src/bin/starter.rs", "fn main() {}"),
        ("src/bin/run.rs", WORKER),
    ];
    assert_snapshot!(found(&files), @"
    command: cargo run --release --bin run, after cargo build --release --bin run (src/bin/run.rs:6)
    queue: orders (src/bin/run.rs:5)
    type: Order [1] (src/lib.rs:8)
    type: refund [] (src/lib.rs:14)
    ");
}

#[test]
fn a_worker_in_a_module_of_the_only_binary_below_the_folder() {
    let files = [
        ("backend/Cargo.toml", MANIFEST),
        ("backend/src/main.rs", "mod worker;\nfn main() {}"),
        ("backend/src/worker.rs", WORKER),
        ("backend/src/queue.rs", LIBRARY),
    ];
    assert_snapshot!(found(&files), @"
    command: cargo run --release --manifest-path backend/Cargo.toml --bin orders, after cargo build --release --manifest-path backend/Cargo.toml --bin orders (backend/src/worker.rs:6)
    queue: orders (backend/src/worker.rs:5)
    type: Order [1] (backend/src/queue.rs:8)
    type: refund [] (backend/src/queue.rs:14)
    ");
}
