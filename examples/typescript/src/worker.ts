import { NativeConnection, Worker } from '@temporalio/worker';
import * as activities from './activities';

/** Polls one task queue until SIGTERM or SIGINT, which the SDK handles: it then waits for the tasks that run. */
async function main(): Promise<void> {
  const connection = await NativeConnection.connect({
    address: process.env.TEMPORAL_ADDRESS ?? 'localhost:7233',
  });
  const worker = await Worker.create({
    connection,
    namespace: process.env.TEMPORAL_NAMESPACE ?? 'default',
    taskQueue: process.env.TEMPORAL_TASK_QUEUE ?? 'hello',
    workflowsPath: require.resolve('./workflows'),
    activities,
  });
  try {
    await worker.run();
  } finally {
    await connection.close();
  }
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
