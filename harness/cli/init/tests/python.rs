//! Workers in Python.

use insta::assert_snapshot;

use super::found;

const WORKER: &str = r#""""Runs the worker.

Worker(client, task_queue="not-this")
"""

import asyncio

from temporalio.client import Client
from temporalio.worker import Worker

from shared import TASK_QUEUE
from workflows import Order


async def main() -> None:
    client = await Client.connect("localhost:7233")
    worker = Worker(
        client,
        task_queue=TASK_QUEUE,
        workflows=[Order],
    )
    await worker.run()


if __name__ == "__main__":
    asyncio.run(main())
"#;

const WORKFLOWS: &str = r#"from temporalio import workflow


@workflow.defn
class Order:
    @workflow.run
    async def run(
        self,
        order_id: str,
        items: list[str],
        details: OrderDetails,
        dry: bool = False,
    ) -> None:
        pass


@workflow.defn(name="refund", sandboxed=False)
class Refund:
    pass
"#;

const SHARED: &str = "TASK_QUEUE: str = \"orders\"\n";

#[test]
fn a_program_with_requirements() {
    let files = [
        ("requirements.txt", "temporalio\n"),
        ("worker.py", WORKER),
        ("workflows.py", WORKFLOWS),
        ("shared.py", SHARED),
    ];
    assert_snapshot!(found(&files), @r#"
    command: python3 worker.py (worker.py:17)
    queue: orders (worker.py:17)
    type: Order ["{{ name }}", [], {}] (workflows.py:4)
    type: refund (workflows.py:17)
    "#);
    let own = [&files[..], &[(".venv/bin/python", "")]].concat();
    let found = found(&own);
    assert!(
        found.starts_with("command: .venv/bin/python worker.py ("),
        "{found}"
    );
}

#[test]
fn a_package_of_uv_and_one_of_poetry() {
    let files = |lock| {
        [
            ("pyproject.toml", ""),
            (lock, ""),
            ("src/orders/__init__.py", ""),
            ("src/orders/worker.py", WORKER),
            ("src/orders/shared.py", SHARED),
        ]
    };
    assert_snapshot!(found(&files("uv.lock")), @"
    command: uv run python -m orders.worker (src/orders/worker.py:17)
    queue: orders (src/orders/worker.py:17)
    ");
    assert_snapshot!(found(&files("poetry.lock")), @"
    command: poetry run python -m orders.worker (src/orders/worker.py:17)
    queue: orders (src/orders/worker.py:17)
    ");
    let mut main = files(".venv/bin/python");
    main[3].0 = "src/orders/__main__.py";
    assert_snapshot!(found(&main), @"
    command: .venv/bin/python -m orders (src/orders/__main__.py:17)
    queue: orders (src/orders/__main__.py:17)
    ");
}

#[test]
fn a_package_beside_the_manifest_and_a_project_below() {
    let files = [
        ("requirements.txt", ""),
        ("orders/__init__.py", ""),
        ("orders/worker.py", WORKER),
    ];
    assert_snapshot!(found(&files), @"command: python3 -m orders.worker (orders/worker.py:17)");
    let files = [
        ("jobs/pyproject.toml", ""),
        ("jobs/uv.lock", ""),
        ("jobs/worker.py", WORKER),
    ];
    assert_snapshot!(found(&files), @"command: uv run --project jobs python jobs/worker.py (jobs/worker.py:17)");
}

#[test]
fn a_program_that_imports_the_module_with_the_worker() {
    let module = "from temporalio.worker import Worker\n\ndef create(client):\n    \
                  return Worker(client, task_queue=os.environ.get(\"QUEUE\", \"orders\"))\n";
    let main = "from builder import create\n\nif __name__ == \"__main__\":\n    run(create())\n";
    let other = "import os\nbuilder = 1\n\nif __name__ == \"__main__\":\n    run(builder)\n";
    let files = [("builder.py", module), ("main.py", main), ("a.py", other)];
    assert_snapshot!(found(&files), @"
    command: python3 main.py (builder.py:4)
    queue: orders (builder.py:4)
    ");
}
