"""The worker: polls one task queue until SIGTERM or SIGINT."""

import asyncio
import os
import signal

from temporalio.client import Client
from temporalio.worker import Worker

from activities import greet
from workflows import Hello


async def main() -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for wanted in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(wanted, stopped.set)
    client = await Client.connect(
        os.environ.get("TEMPORAL_ADDRESS", "localhost:7233"),
        namespace=os.environ.get("TEMPORAL_NAMESPACE", "default"),
    )
    worker = Worker(
        client,
        task_queue=os.environ.get("TEMPORAL_TASK_QUEUE", "hello"),
        workflows=[Hello],
        activities=[greet],
    )
    # At the end of the block, the worker waits for the tasks that run.
    async with worker:
        await stopped.wait()


if __name__ == "__main__":
    asyncio.run(main())
