import type { Sql, TransactionSql } from 'postgres';
import type { Clock } from '../src/clock.ts';
import type { Database } from '../src/db/connect.ts';
import { withholdEnded } from '../src/db/queries/page-calls.ts';
import { anybodyMayRise, anybodyWaits } from '../src/db/queries/waiting-entries.ts';
import { endGatherings, latestGathering, type GatheringRow } from '../src/db/queries/gatherings.ts';
import { closeRun } from '../src/db/queries/close-run.ts';
import { lockRun } from '../src/db/queries/lock-run.ts';
import { raiseRunVersion } from '../src/db/queries/raise-run-version.ts';
import { watchRun, type WatchRunRow } from '../src/db/queries/watch-run.ts';
import { insertWave, latestWave, lockWave, markWaveEnded, type WaveRow } from '../src/db/queries/waves.ts';
import { lineServedBy, type WatchDefinition } from '../src/define/watch.ts';
import { bounds } from '../src/domain/bounds.ts';
import { mostPlaces, placesIn } from '../src/domain/places.ts';
import { spanMs } from '../src/domain/span.ts';
import type { WatchActivities, WaveBegun, WaveEnd } from './contract.ts';
import { fewAtOnce, type GatherTurns } from './few-at-once.ts';
import { gather } from './gather.ts';
import { endLongWaits, endWaitsOf } from './long-waits.ts';
import { notFound, watchOf, waveSettings } from './page-look.ts';
import { unitsNow } from './servable.ts';
import { standingOf } from './standing.ts';

export interface WatchActivityParts extends GatherTurns {
  database: Pick<Database, 'sql'>;
  clock: Clock;
  /** Every version that may have open runs. */
  watches: readonly WatchDefinition[];
  /** The shop's, of prices that came without one; USD unless told. */
  currency?: string;
  /** How long a statement of a gathering may take, real milliseconds; that of the bounds unless told. */
  gatherMs?: number;
}

type Asked = Parameters<WatchActivities['beginWave']>[0];

/** The activities that begin and end the waves of a watch, on a database and a clock. */
export function createWatchActivities(parts: WatchActivityParts): WatchActivities {
  const { sql } = parts.database;
  return {
    newestVersion: async ({ runId, end }) => {
      const run = await knownRun(sql, runId);
      const closed = end ? await closedIfIdle(parts, run, { runId, ...end }) : null;
      if (closed !== null) return { closed };
      const newest = newestOf(parts.watches, run);
      if (newest.version > run.version) await raiseRunVersion(sql, { runId, version: newest.version });
      return newest.workflowType;
    },
    gather: fewAtOnce(parts, (asked) =>
      sql.begin(async (tx) => {
        await tx`select set_config('statement_timeout', ${String(parts.gatherMs ?? bounds.gatherMs)}, true)`;
        const run = await knownRun(tx, asked.runId);
        return gather(tx, {
          ...{ ...asked, run, watch: watchOf(parts.watches, run) },
          ...{ now: parts.clock.now(), shopCurrency: parts.currency ?? 'USD' },
        });
      }),
    ),
    async endLongWaits({ runId, heard }) {
      const run = await knownRun(sql, runId);
      return endLongWaits(
        { sql, clock: parts.clock },
        { watch: watchOf(parts.watches, run), run, runId, heard },
      );
    },
    beginWave: (asked) => sql.begin(async (tx) => beginWave(tx, parts, asked)),
    endWave: (asked) => sql.begin(async (tx) => endWave(tx, parts, asked)),
  };
}

/** The outcome with which a run is closed now, or was before; null: somebody waits, or it is owed something. */
async function closedIfIdle(
  { clock, watches, database: { sql } }: WatchActivityParts,
  run: WatchRunRow,
  end: { runId: string; outcome: string; heard: number },
): Promise<string | null> {
  // Closed by this very look, whose answer was lost: whoever waits by now has another run.
  if (run.state === 'closed') return run.outcome ?? end.outcome;
  const list = lineServedBy(watchOf(watches, run));
  return sql.begin(async (tx) => {
    // Whoever begins to wait meanwhile finds it open, and is seen, or finds it closed, and opens another.
    await lockRun(tx, end.runId);
    if (await anybodyWaits(tx, { list, sku: run.subject })) return null;
    const answer = await closeRun(tx, { ...end, at: clock.now() });
    return answer?.closed === true ? answer.outcome : null;
  });
}

async function endWave(
  tx: TransactionSql,
  { clock, watches }: WatchActivityParts,
  asked: Parameters<WatchActivities['endWave']>[0],
): Promise<WaveEnd> {
  const { runId, wave, message } = asked;
  const [run, row] = [await knownRun(tx, runId), await lockWave(tx, asked)];
  if (!row) throw notFound(`The run ${runId} has no wave ${wave} in this database.`);
  const { units, places, used, heldOut, withheld } = row;
  const counts = { units, places, used, heldOut, withheld };
  // Asked again, as its answer was lost: by now those who were gathered wait no longer, and it would look sold out.
  if (row.goesOn !== null)
    return { ...counts, unitsLeft: row.unitsLeft, goesOn: row.goesOn, nextAt: row.nextAt };
  const at = clock.now();
  await withholdEnded(tx, { runId, message, at });
  const watch = watchOf(watches, run);
  const list = lineServedBy(watch);
  const line = { list, sku: run.subject, message, runId, wave };
  const unitsLeft = await roomLeft(tx, { watch, run, runId, now: at });
  const goesOn = run.state === 'open' && (await anybodyMayRise(tx, line, { other: false }));
  if (watch.audience && (!goesOn || unitsLeft === 0))
    await endGatherings(tx, { runId, list, subject: run.subject, at, isOver: unitsLeft === 0 });
  const nextAt = goesOn ? await nextWaveAt(tx, row, line) : row.nextAt;
  await markWaveEnded(tx, { runId, wave, at, nextAt, goesOn, unitsLeft });
  return { ...counts, unitsLeft, goesOn, nextAt };
}

/**
 * With nobody left but those where it is quiet, or who have been written to enough, their list is not gone through again
 * before it is morning for one of them, or there is room again.
 */
async function nextWaveAt(
  tx: TransactionSql,
  { nextAt, quietUntil }: WaveRow,
  line: Parameters<typeof anybodyMayRise>[1],
): Promise<number> {
  if (quietUntil === null || quietUntil <= nextAt) return nextAt;
  return (await anybodyMayRise(tx, line, { other: true })) ? nextAt : quietUntil;
}

async function beginWave(
  tx: TransactionSql,
  { clock, watches }: WatchActivityParts,
  { runId, wave, heard = 0 }: Asked,
): Promise<WaveBegun> {
  const run = await knownRun(tx, runId);
  const latest = await latestWave(tx, runId);
  const beganAt = clock.now();
  // Asked again, or by a workflow that was started anew and does not know how far its run had come.
  if (latest && latest.wave >= wave && !isPast(latest, beganAt)) return begun(latest);
  const watch = watchOf(watches, run);
  const ended = watch.audience === null ? null : await endedGathering(tx, runId);
  if (ended) return { kind: 'none', soldOut: ended.isOver };
  const wanted = waveSettings(watch, run);
  const { every } = wanted;
  const left = await roomLeft(tx, { watch, run, runId, now: beganAt });
  const units = left === null ? null : Math.min(left, mostPlaces);
  const places = placesIn(wanted, units);
  const list = lineServedBy(watch);
  const tooLong = await endWaitsOf(tx, { watch, subject: run.subject, now: beganAt });
  if (tooLong > 0) await withholdEnded(tx, { runId, at: beganAt });
  // Units too few for a place, with a share of one each, are no end: what comes to them is no crossing, and wakes nobody.
  const isOver = units === 0 || run.state !== 'open';
  if (isOver || !(await anybodyWaits(tx, { list, sku: run.subject }))) {
    const soldOut = units === 0;
    if (watch.audience)
      await endGatherings(tx, { runId, list, subject: run.subject, at: beganAt, isOver: soldOut });
    return { kind: 'none', soldOut };
  }
  const nextAt = new Date(beganAt.getTime() + spanMs(every));
  const number = (latest?.wave ?? 0) + 1;
  const row = await insertWave(tx, { runId, wave: number, heardUpTo: heard, beganAt, nextAt, units, places });
  return begun(row ?? (await latestWave(tx, runId))!);
}

/** Its pause is over, or no wave was to follow upon it. */
function isPast({ nextAt, goesOn, unitsLeft }: WaveRow, at: Date): boolean {
  return goesOn === false || unitsLeft === 0 || (goesOn === true && nextAt <= at.getTime());
}

/** What the run gathered last, if that has ended: whoever asks again is told what it came to. */
async function endedGathering(tx: TransactionSql, runId: string): Promise<GatheringRow | null> {
  const latest = await latestGathering(tx, runId);
  return latest?.isEnded ? latest : null;
}

/** On the shelf; null where there is none, and 0 when what woke the watch is over. */
async function roomLeft(
  tx: TransactionSql,
  { watch, run, runId, now }: { watch: WatchDefinition; run: WatchRunRow; runId: string; now: Date },
): Promise<number | null> {
  const standing = await standingOf(tx, { watch, run, runId, now });
  if (!standing.holds) return 0;
  return unitsNow({ watch, wave: watch.wave, run });
}

/** @throws an error that is tried again when the run is on a version that only another worker knows. */
function newestOf(watches: readonly WatchDefinition[], { name, version }: WatchRunRow): WatchDefinition {
  const [newest] = watches
    .filter((one) => one.name === name && one.version >= version)
    .sort((a, b) => b.version - a.version);
  if (newest) return newest;
  throw new Error(`This worker knows no version ${version} of ${name}: deploy the code that has it.`);
}

function begun({ wave, nextAt }: WaveRow): WaveBegun {
  return { kind: 'begun', wave, nextAt };
}

async function knownRun(tx: Sql | TransactionSql, runId: string): Promise<WatchRunRow> {
  const run = await watchRun(tx, runId);
  if (!run) throw notFound(`There is no run ${runId} of a watch in this database.`);
  return run;
}
