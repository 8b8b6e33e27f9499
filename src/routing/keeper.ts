/**
 * The keeper compares rows with Temporal, once a minute and by one process over all routers, and puts right what an
 * operator did there, or what was lost there:
 *
 *   row open, workflow terminated, cancelled, failed  ->  the row is closed with that outcome
 *   row open, workflow completed                      ->  the row is closed with its result
 *   of a watch, and it was told of crossings since    ->  they are told to a new run: nobody heard them
 *   row open, workflow unknown                        ->  it is started again and told everything again; since waits
 *                                                         count from what is recorded, it catches up
 *   row closed, workflow goes on long after           ->  it is told of its end again
 *   row closed, deliveries of it still open           ->  withheld, cancelled, or unknown after a call without an end
 *
 * A row that is held has no workflow yet, one that is owed something is the dispatcher's, and a closed row is never
 * opened: one whose workflow is gone is gone for good, one whose workflow was reset goes on without sending, for the
 * gate refuses. Each step may be repeated, by two keepers at once as well: every write looks at the row again. A page
 * that cannot be judged, or a run, holds up none of the others: it comes round again.
 */
import type { Client } from '@temporalio/client';
import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import type { Sql } from '../db/connect.ts';
import { closeWatchRun } from '../db/queries/close-watch-run.ts';
import { closeFoundRuns } from '../db/queries/close-found-runs.ts';
import { closedRunsToCheck, type ClosedRunPlace } from '../db/queries/closed-runs-to-check.ts';
import {
  openRunsToCheck,
  openWatchRunsToCheck,
  type OpenRunPlace,
} from '../db/queries/open-runs-to-check.ts';
import { oweEndAgain, oweStartAgain } from '../db/queries/owe-again.ts';
import { openDeliveries, type OpenPlace } from '../db/queries/open-deliveries.ts';
import { settleClosedDeliveries } from '../db/queries/settle-closed-deliveries.ts';
import { bounds } from '../domain/bounds.ts';
import { newId } from '../ids.ts';
import { awaitRoutingLock } from '../db/routing-lock.ts';
import { listedAsRunning, standingOf, type Standing } from './workflow-standing.ts';
import { Wakeup } from './wakeup.ts';
import { withLock } from '../db/with-lock.ts';

/** Real milliseconds between two looks. */
export const keeperEveryMs = 60_000;
/** So many runs are asked for by one call; those that are not listed as running are then described, one by one. */
export const keeperPage = 200;
/**
 * At most so many pages of open runs a look, of journeys and of watches each: 100,000 runs. None is begun after so many
 * real milliseconds. The next look goes on from there.
 */
export const keeperPages = 500;
export const keeperLookMs = 50_000;
/** At most so many runs are described at once. */
export const keeperConcurrency = 8;
/** Real milliseconds: closed runs are looked after for so long. */
export const closedForMs = 60 * 60_000;
/** Real milliseconds that a run has to finish after it was told of its end; then it is told again. */
export const toldAgainAfterMs = 10 * 60_000;
/** At most so many open deliveries are read at once, and so many pages of them in one look. */
export const deliveriesPage = 1_000;
export const deliveriesPages = 5;
/** A call to Temporal that takes longer is given up until the next look. Real milliseconds. */
export const keeperTimeoutMs = 10_000;
const keepingLock = 4_702_003;

export interface KeeperParts {
  sql: Sql;
  client: Client;
  clock: Clock;
  log: Logger;
  /** Called when there is something to dispatch. */
  onDispatches: () => void;
  /** In place of `keeperPage` and `keeperPages`. */
  reach?: { page: number; pages: number };
  /** In place of `keeperTimeoutMs`. */
  timeoutMs?: number;
}

/** Where the next look goes on; null at the beginning of a round. */
export interface KeeperPlace {
  open: OpenRunPlace | null;
  /** Likewise, among the runs of watches. */
  watches: OpenRunPlace | null;
  closed: ClosedRunPlace | null;
  delivery: OpenPlace | null;
}

/** The beginning of a round. */
export const atTheBeginning = (): KeeperPlace => ({
  open: null,
  watches: null,
  closed: null,
  delivery: null,
});

/** Keeps until the signal says stop. Never throws: what fails is logged and tried again a minute later. */
export async function runKeeper(parts: KeeperParts, stop: AbortSignal): Promise<void> {
  const wakeup = new Wakeup();
  const place = atTheBeginning();
  while (!stop.aborted) {
    try {
      // Held through the pause, so that with many routers there is one look a minute.
      const led = await withLock(parts.sql, keepingLock, async () => {
        await keepOnce(parts, place, stop);
        await wakeup.pause(keeperEveryMs, stop);
      });
      if (led) continue;
    } catch (error) {
      parts.log.error({ err: error }, 'keeping failed and will be tried again');
    }
    await wakeup.pause(keeperEveryMs, stop);
  }
}

/** One look, as far as its bounds go. What fails in it is logged, and keeps nothing else of it from being done. */
export async function keepOnce(parts: KeeperParts, place: KeeperPlace, stop?: AbortSignal): Promise<void> {
  const steps = [
    () => checkOpenRuns(parts, { place, kind: 'open', stop }),
    () => checkOpenRuns(parts, { place, kind: 'watches', stop }),
    () => checkClosedRuns(parts, place),
    () => settleDeliveries(parts, place),
  ];
  for (const step of steps) {
    if (stop?.aborted) return;
    await step().catch((error: unknown) => {
      parts.log.error({ err: error }, 'the keeper could not compare runs with Temporal and will try again');
    });
  }
}

const openRunsOf = { open: openRunsToCheck, watches: openWatchRunsToCheck };

async function checkOpenRuns(
  parts: KeeperParts,
  { place, kind, stop }: { place: KeeperPlace; kind: keyof typeof openRunsOf; stop: AbortSignal | undefined },
): Promise<void> {
  const { page: size, pages } = parts.reach ?? { page: keeperPage, pages: keeperPages };
  const lastBegun = parts.clock.realNow().getTime() + keeperLookMs;
  for (let page = 0; page < pages && !stop?.aborted; page += 1) {
    if (page > 0 && parts.clock.realNow().getTime() > lastBegun) return;
    const runs = await openRunsOf[kind](parts.sql, place[kind], size);
    place[kind] = runs.length < size ? null : runs.at(-1)!;
    const { standings, failures } = await standingsOf(parts, runs);
    await putRight(parts, kind, standings);
    if (failures.length >= keeperConcurrency) throw failures[0];
    if (failures.length > 0)
      parts.log.warn(
        { err: failures[0], count: failures.length },
        'runs could not be compared with Temporal',
      );
    if (place[kind] === null) return;
  }
}

async function putRight(
  parts: KeeperParts,
  kind: keyof typeof openRunsOf,
  standings: readonly RunStanding[],
): Promise<void> {
  const over = standings.flatMap(({ runId, standing }) =>
    standing.kind === 'over' ? [{ runId, outcome: standing.outcome, endedAt: standing.endedAt }] : [],
  );
  const unknown = standings.flatMap(({ runId, standing }) => (standing.kind === 'unknown' ? [runId] : []));
  const close = kind === 'watches' ? closeWatchRuns : closeJourneyRuns;
  const closed = await close(parts, over);
  const begun = await oweStartAgain(parts.sql, unknown);
  if (closed > 0) parts.log.info({ count: closed }, 'closed runs that were over in Temporal');
  if (begun > 0) {
    parts.log.warn({ count: begun }, 'runs that Temporal does not know are started again');
    parts.onDispatches();
  }
}

/** A run that is over in Temporal; `endedAt`: since when, real time. */
interface RunOver {
  runId: string;
  outcome: string;
  endedAt: Date | null;
}

function closeJourneyRuns({ sql, clock }: KeeperParts, over: readonly RunOver[]): Promise<number> {
  return closeFoundRuns(sql, over, clock.now());
}

/** One by one, each with what it was told too late: few watches end, and none should take a crossing with it. */
async function closeWatchRuns(parts: KeeperParts, over: readonly RunOver[]): Promise<number> {
  const { sql, clock, log } = parts;
  let count = 0;
  for (const { runId, outcome, endedAt } of over) {
    const at = clock.now();
    const ended = endedAt === null ? at : clock.fromReal(endedAt);
    const { closed, handedOn } = await sql.begin(async (tx) => {
      await awaitRoutingLock(tx);
      return closeWatchRun(tx, { runId, outcome, endedAt: ended, at, newId: newId(clock) });
    });
    count += closed ? 1 : 0;
    if (!handedOn) continue;
    log.info({ runId }, 'what a watch was told after it had ended in Temporal is told to a new run');
    parts.onDispatches();
  }
  return count;
}

interface RunStanding {
  runId: string;
  standing: Standing;
}

/**
 * How those runs stand that are not listed as running: the list is cheap, and the word of the workflow itself counts.
 * A lane ends with its first failure: should Temporal go away now, this takes no longer than one call.
 */
async function standingsOf(
  parts: KeeperParts,
  runs: readonly { id: string; workflowId: string }[],
): Promise<{ standings: RunStanding[]; failures: unknown[] }> {
  const { client } = parts;
  const listed = await timely(parts, () =>
    listedAsRunning(
      client,
      runs.map((run) => run.workflowId),
    ),
  );
  const standings: RunStanding[] = [];
  const failures: unknown[] = [];
  const queue = runs.filter((run) => !listed.has(run.workflowId)).values();
  const lane = async () => {
    for (const { id, workflowId } of queue)
      standings.push({ runId: id, standing: await timely(parts, () => standingOf(client, workflowId)) });
  };
  const lanes = Array.from({ length: keeperConcurrency }, lane);
  await Promise.all(lanes.map((each) => each.catch((error: unknown) => failures.push(error))));
  return { standings, failures };
}

/** One page a look; the hour's closed runs come round again and again. */
async function checkClosedRuns(parts: KeeperParts, place: KeeperPlace): Promise<void> {
  const runs = await closedRunsToCheck(parts.sql, {
    closedAfter: ago(parts.clock, closedForMs),
    toldBefore: ago(parts.clock, toldAgainAfterMs),
    after: place.closed,
    limit: keeperPage,
  });
  place.closed = runs.length < keeperPage ? null : runs.at(-1)!;
  const listed = await timely(parts, () =>
    listedAsRunning(
      parts.client,
      runs.map((run) => run.workflowId),
    ),
  );
  const deaf = runs.filter((run) => listed.has(run.workflowId)).map((run) => run.id);
  if ((await oweEndAgain(parts.sql, deaf)) > 0) {
    parts.log.warn({ count: deaf.length }, 'runs that go on after their end are told of it again');
    parts.onDispatches();
  }
}

async function settleDeliveries({ sql, clock, log }: KeeperParts, place: KeeperPlace): Promise<void> {
  for (let page = 0; page < deliveriesPages; page += 1) {
    const open = await openDeliveries(sql, place.delivery, deliveriesPage);
    place.delivery = open.length < deliveriesPage ? null : open.at(-1)!;
    const count = await settleClosedDeliveries(sql, {
      ids: open.flatMap(({ id, isOver }) => (isOver ? [id] : [])),
      calledBefore: ago(clock, bounds.callMs),
      at: clock.now(),
    });
    if (count > 0) log.info({ count }, 'settled deliveries of closed runs');
    if (place.delivery === null) return;
  }
}

/** Kairos's time a span of real time ago. */
function ago(clock: Clock, realMs: number): Date {
  return clock.fromReal(new Date(clock.realNow().getTime() - realMs));
}

function timely<T>({ client, clock, timeoutMs }: KeeperParts, call: () => Promise<T>): Promise<T> {
  return client.withDeadline(clock.realNow().getTime() + (timeoutMs ?? keeperTimeoutMs), call);
}
