/**
 * The loop that carries out what Temporal is owed, outside any transaction: in parallel over runs, in order within
 * one. One process at a time over all routers, by an advisory lock; should two ever be at it, repeats are harmless.
 */
import type { Logger } from 'pino';
import type { Sql } from '../db/connect.ts';
import {
  closeAsFailed,
  markDispatched,
  owedDispatches,
  type OwedDispatch,
} from '../db/queries/owed-dispatches.ts';
import { carryOut, type DispatchContext } from './dispatch.ts';
import { isRefusal } from './refusal.ts';
import type { Wakeup } from './wakeup.ts';
import { withLock } from './with-lock.ts';

/** At most so many dispatches are read at once. */
export const dispatchBatch = 500;
/** At most so many calls to Temporal are under way at once. */
export const dispatchConcurrency = 32;
/** A call to Temporal that takes longer than this is given up and made again. Real milliseconds. */
export const dispatchTimeoutMs = 10_000;
const idleMs = 1_000;
const standbyMs = 1_000;
const troubledMs = 1_000;
const dispatchingLock = 4_702_002;

export interface DispatcherParts extends DispatchContext {
  sql: Sql;
  wakeup: Wakeup;
  log: Logger;
}

/** Dispatches until the signal says stop. Never throws: what fails is logged and tried again. */
export async function runDispatcher(parts: DispatcherParts, stop: AbortSignal): Promise<void> {
  while (!stop.aborted) {
    try {
      const led = await withLock(parts.sql, dispatchingLock, () => dispatchWhileLeading(parts, stop));
      if (!led) await parts.wakeup.pause(standbyMs, stop);
    } catch (error) {
      parts.log.error({ err: error }, 'dispatching failed and will be tried again');
      await parts.wakeup.pause(troubledMs, stop);
    }
  }
}

/** Returns now and then, so that a lock whose connection was lost is taken anew. */
async function dispatchWhileLeading(parts: DispatcherParts, stop: AbortSignal): Promise<void> {
  const owed = await owedDispatches(parts.sql, dispatchBatch);
  if (owed.length === 0) return parts.wakeup.wait(idleMs, stop);
  const failures = await carryOutAll(parts, owed);
  if (failures.length > 0) {
    parts.log.warn(
      { err: failures[0], count: failures.length },
      'Temporal did not take everything: trying again',
    );
    await parts.wakeup.pause(troubledMs, stop);
  }
}

/** Carries out a batch and records what is done. Answers what failed and stays owed. */
async function carryOutAll(parts: DispatcherParts, owed: OwedDispatch[]): Promise<unknown[]> {
  const byRun = new Map<string, OwedDispatch[]>();
  for (const dispatch of owed) byRun.set(dispatch.runId, [...(byRun.get(dispatch.runId) ?? []), dispatch]);
  const done: OwedDispatch[] = [];
  const failures: unknown[] = [];
  const queue = byRun.values();
  const lane = async () => {
    for (const dispatches of queue)
      await carryOutRun(parts, dispatches, done).catch((e: unknown) => failures.push(e));
  };
  await Promise.all(Array.from({ length: dispatchConcurrency }, lane));
  await markDispatched(parts.sql, done, parts.clock.now());
  return failures;
}

async function carryOutRun(
  parts: DispatcherParts,
  dispatches: OwedDispatch[],
  done: OwedDispatch[],
): Promise<void> {
  for (const dispatch of dispatches) {
    const deadline = parts.clock.realNow().getTime() + dispatchTimeoutMs;
    try {
      await parts.client.withDeadline(deadline, () => carryOut(parts, dispatch));
    } catch (error) {
      if (!isRefusal(error)) throw error;
      parts.log.error(
        { err: error, runId: dispatch.runId },
        'Temporal refuses this run for good: closed as failed',
      );
      await closeAsFailed(parts.sql, dispatch.runId, parts.clock.now());
    }
    done.push(dispatch);
  }
}
