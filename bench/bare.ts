import { condition, defineSignal, proxyActivities, setHandler, sleep } from '@temporalio/workflow';
import { channelQueue } from '../src/domain/task-queues.ts';
import { waitMs } from './journeys.ts';

/** What the bare workflows' activity does: the same call to the provider, with no gate before and no ledger behind. */
export interface BareActivities {
  sendMail: (input: { to: string; id: string }) => Promise<string>;
}

/** The signal that ends a bare workflow. */
export const endSignal = 'end';

const { sendMail } = proxyActivities<BareActivities>({
  taskQueue: channelQueue.email,
  startToCloseTimeout: 60_000,
});

/** As somebody would write `benchAwake` by hand, for Temporal alone. */
export async function bareAwake(input: { to: string; id: string }): Promise<string> {
  await sendMail(input);
  await sleep(waitMs);
  return 'done';
}

/** A mail and nothing else. */
export async function bareOnce(input: { to: string; id: string }): Promise<string> {
  await sendMail(input);
  return 'done';
}

/** As `benchAsleep`. */
export async function bareAsleep(input: { to: string; id: string }): Promise<string> {
  await sleep(waitMs);
  await sendMail(input);
  return 'done';
}

/** As `benchEnded`. */
export async function bareEnded(input: { to: string; id: string }): Promise<string> {
  let ended = false;
  setHandler(defineSignal(endSignal), () => void (ended = true));
  if (await condition(() => ended, '1 day')) return 'ordered';
  await sendMail(input);
  return 'done';
}

/** As `benchWaiting`. */
export async function bareWaiting(): Promise<string> {
  let ended = false;
  setHandler(defineSignal(endSignal), () => void (ended = true));
  return (await condition(() => ended, '30 days')) ? 'ordered' : 'done';
}
