import { proxyActivities } from '@temporalio/workflow';
// Only the type: a workflow cannot load the code of activities.
import type * as activities from './activities';

const { greet } = proxyActivities<typeof activities>({ startToCloseTimeout: '5 seconds' });

/** Greets with one activity. */
export async function Hello(name: string): Promise<string> {
  return greet(name);
}
