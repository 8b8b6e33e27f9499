/**
 * The loop that carries out what Temporal is owed, outside any transaction: in parallel over runs, in order within
 * one. One process at a time over all routers, by an advisory lock; should two ever be at it, repeats are harmless.
 *
 * A run that Temporal does not take is held back for a while with all it is owed, and so are the runs to be started in
 * a version that this code does not have: whatever fails, the others go on. A process that met such a version leaves
 * the lead to another for a moment, which may be of the release that has it.
 */
import type { Logger } from 'pino';
import type { Sql } from '../db/connect.ts';
import {
  closeAsFailed,
  markDispatched,
  owedDispatches,
  type OwedDispatch,
} from '../db/queries/owed-dispatches.ts';
import { carryOut, UnknownVersion, type DispatchContext } from './dispatch.ts';
import { HeldBack } from './held-back.ts';
import { isRefusal } from './refusal.ts';
import type { Wakeup } from './wakeup.ts';
import { withLock } from '../db/with-lock.ts';

/** At most so many dispatches are read at once. */
export const dispatchBatch = 500;
/** At most so many calls to Temporal are under way at once. */
export const dispatchConcurrency = 32;
/** A call to Temporal that takes longer than this is given up and made again. Real milliseconds. */
export const dispatchTimeoutMs = 10_000;
/** No call is begun later than this in a batch: what is left is read anew. Real milliseconds. */
export const dispatchBatchMs = 10_000;
const idleMs = 1_000;
const standbyMs = 1_000;
const troubledMs = 1_000;
/** Long enough for a spare, which looks every `standbyMs`, to take the lead. */
const yieldMs = 3_000;
const dispatchingLock = 4_702_002;

export interface DispatcherParts extends DispatchContext {
  sql: Sql;
  wakeup: Wakeup;
  log: Logger;
  /** In place of `dispatchTimeoutMs`. */
  timeoutMs?: number;
}

/** What this process leaves alone for a while. */
interface Held {
  runs: HeldBack;
  /** `name/version` of those that this code does not have. */
  versions: HeldBack;
}

type Failure = { runId: string; error: unknown };

/** Dispatches until the signal says stop. Never throws: what fails is logged and tried again. */
export async function runDispatcher(parts: DispatcherParts, stop: AbortSignal): Promise<void> {
  // Longer than the lead is left to another, or the first to be met afterwards would be the same version.
  const versions = new HeldBack(parts.clock, yieldMs);
  const held: Held = { runs: new HeldBack(parts.clock), versions };
  while (!stop.aborted) {
    try {
      let isBehind = false;
      const led = await withLock(parts.sql, dispatchingLock, async () => {
        isBehind = await dispatchWhileLeading(parts, held, stop);
      });
      if (!led) await parts.wakeup.pause(standbyMs, stop);
      else if (isBehind) await parts.wakeup.pause(yieldMs, stop);
    } catch (error) {
      parts.log.error({ err: error }, 'dispatching failed and will be tried again');
      await parts.wakeup.pause(troubledMs, stop);
    }
  }
}

/** Returns now and then, so that a lock whose connection was lost is taken anew. Answers whether a version was unknown. */
async function dispatchWhileLeading(parts: DispatcherParts, held: Held, stop: AbortSignal): Promise<boolean> {
  const owed = await owedDispatches(parts.sql, dispatchBatch, {
    runs: held.runs.now(),
    versions: held.versions.now(),
  });
  if (owed.length === 0) {
    await parts.wakeup.wait(idleMs, stop);
    return false;
  }
  const { done, failures } = await carryOutAll(parts, owed);
  for (const { runId } of done) held.runs.release(runId);
  if (failures.length === 0) return false;
  parts.log.warn(
    { err: failures[0]!.error, count: failures.length },
    'Temporal did not take everything: trying again',
  );
  const isBehind = holdBack(held, failures, done.length > 0);
  if (done.length === 0 && !isBehind) await parts.wakeup.pause(troubledMs, stop);
  return isBehind;
}

/** Answers whether a version was unknown. */
function holdBack(held: Held, failures: readonly Failure[], othersWentOn: boolean): boolean {
  const unknown = new Set<string>();
  for (const { runId, error } of failures) {
    if (error instanceof UnknownVersion) unknown.add(error.version);
    else held.runs.hold(runId, othersWentOn);
  }
  for (const version of unknown) held.versions.hold(version, true);
  return unknown.size > 0;
}

/** Carries out a batch and records what is done. What failed stays owed, and so does what was not come to in time. */
async function carryOutAll(
  parts: DispatcherParts,
  owed: OwedDispatch[],
): Promise<{ done: OwedDispatch[]; failures: Failure[] }> {
  const byRun = new Map<string, OwedDispatch[]>();
  for (const dispatch of owed) byRun.set(dispatch.runId, [...(byRun.get(dispatch.runId) ?? []), dispatch]);
  const done: OwedDispatch[] = [];
  const failures: Failure[] = [];
  const endsMs = parts.clock.realNow().getTime() + dispatchBatchMs;
  const queue = byRun.entries();
  // A lane ends with its first failure: should Temporal hang, a batch hangs no longer than one call.
  const lane = async () => {
    for (const [runId, dispatches] of queue) {
      if (parts.clock.realNow().getTime() >= endsMs) return;
      const error = await carryOutRun(parts, dispatches, done).then(
        () => null,
        (caught: unknown) => ({ caught }),
      );
      if (error) failures.push({ runId, error: error.caught });
      if (error && !(error.caught instanceof UnknownVersion)) return;
    }
  };
  await Promise.all(Array.from({ length: dispatchConcurrency }, lane));
  await markDispatched(parts.sql, done, parts.clock.now());
  return { done, failures };
}

async function carryOutRun(
  parts: DispatcherParts,
  dispatches: OwedDispatch[],
  done: OwedDispatch[],
): Promise<void> {
  for (const dispatch of dispatches) {
    const deadline = parts.clock.realNow().getTime() + (parts.timeoutMs ?? dispatchTimeoutMs);
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
