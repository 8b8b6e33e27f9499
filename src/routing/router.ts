/**
 * The loop that routes: woken by every shared commit of the API, and looking by itself once a second, when it also does
 * what is due by time alone.
 *
 * A batch that fails over its data is tried again by halves until the one event at fault stands alone; that one is set
 * aside with its reason, and the rest go on. Any other failure passes: the loop waits and tries again.
 */
import type { Logger } from 'pino';
import { setEventAside, routeBatch, BatchFailure, type RoutingContext } from './route-batch.ts';
import { isDoingOfData } from './failure.ts';
import { PoisonEvent } from './event.ts';
import { takeDueTurn, type DueWork } from './due.ts';
import type { Wakeup } from './wakeup.ts';

/** At most so many events are routed in one transaction. */
export const routingBatch = 500;
const idleMs = 1_000;
const lockedMs = 250;
const troubledMs = 1_000;
/** What is due by time alone is done so often, real milliseconds: a little more often than the idle loop comes by. */
const dueEveryMs = 900;

export interface RouterParts {
  context: RoutingContext;
  wakeup: Wakeup;
  /** What becomes due by time alone. */
  works?: readonly DueWork[];
  /** Called when dispatches were written. */
  onDispatches: () => void;
  log: Logger;
}

/** Routes until the signal says stop. Never throws: what fails is logged and tried again. */
export async function runRouter(parts: RouterParts, stop: AbortSignal): Promise<void> {
  let limit = routingBatch;
  let dueAtMs = -Infinity;
  while (!stop.aborted) {
    try {
      if (realMs(parts) >= dueAtMs) dueAtMs = (await doDue(parts)) ? -Infinity : realMs(parts) + dueEveryMs;
      const outcome = await routeBatch(parts.context, limit);
      if (outcome.kind === 'locked') await parts.wakeup.wait(lockedMs, stop);
      else if (outcome.events === 0) await parts.wakeup.wait(dueAtMs === -Infinity ? 0 : idleMs, stop);
      else limit = Math.min(routingBatch, limit * 2);
      if (outcome.kind === 'routed' && outcome.dispatches > 0) parts.onDispatches();
      if (outcome.kind === 'routed' && outcome.due) dueAtMs = -Infinity;
    } catch (error) {
      limit = await afterFailure(parts, error, stop);
    }
  }
}

const realMs = ({ context }: RouterParts) => context.clock.realNow().getTime();

/** Whether more is due at once. */
async function doDue({ context, works, onDispatches, log }: RouterParts): Promise<boolean> {
  if (!works || works.length === 0) return false;
  const { dispatches, isMore, errors } = await takeDueTurn(context, works);
  if (dispatches > 0) onDispatches();
  // A database that is away fails them all alike.
  for (const error of new Map(errors.map((one) => [String(one), one])).values())
    log.error({ err: error }, 'what is due could not be done and will be tried again');
  return isMore && errors.length === 0;
}

/** What to do about a failed batch; answers the size of the next one. */
async function afterFailure(parts: RouterParts, error: unknown, stop: AbortSignal): Promise<number> {
  const cause = error instanceof BatchFailure ? error.cause : error;
  const seqs = error instanceof BatchFailure ? error.seqs : [];
  if (!isDoingOfData(cause) || seqs.length === 0) {
    parts.log.error({ err: cause }, 'routing failed and will be tried again');
    await parts.wakeup.pause(troubledMs, stop);
    return routingBatch;
  }
  const culprit = cause instanceof PoisonEvent ? cause.seq : seqs.length === 1 ? seqs[0] : undefined;
  if (culprit === undefined) return Math.ceil(seqs.length / 2);
  const code = cause instanceof PoisonEvent ? cause.code : 'cannot-be-routed';
  const detail = cause instanceof Error ? cause.message : String(cause);
  parts.log.warn({ seq: culprit, code }, 'an event was set aside');
  await setEventAside(parts.context, { seq: culprit, code, detail }).catch((trouble: unknown) => {
    parts.log.error({ err: trouble }, 'setting an event aside failed and will be tried again');
  });
  return seqs.length === 1 ? 1 : routingBatch;
}
