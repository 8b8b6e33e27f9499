import type { TransactionSql } from 'postgres';
import type { Clock } from '../../src/clock.ts';
import type { Sql } from '../../src/db/connect.ts';
import { advanceImport, type ImportRow } from '../../src/db/queries/imports.ts';
import { insertEvents, type NewEvent } from '../../src/db/queries/insert-events.ts';
import { setWorld, type WorldLine } from '../../src/db/queries/set-world.ts';
import { insertRejections } from '../../src/db/queries/rejections.ts';
import { suppress, type NewSuppression } from '../../src/db/queries/suppress.ts';
import { awaitRoutingLock } from '../../src/db/routing-lock.ts';
import { isDataError } from '../../src/db/unavailable.ts';
import { bounds } from '../../src/domain/bounds.ts';
import { AppError } from '../../src/errors.ts';
import { rejectionOf, type Refusal } from '../ingestion/item.ts';
import { eventsChannel } from '../../src/db/events-channel.ts';

/** A line that can be taken, as what it stands for; of an empty line there is nothing. */
export interface TakenLine {
  number: number;
  came: unknown;
  events: readonly NewEvent[];
  /** Of addresses that are not to be written to. */
  suppressions?: readonly NewSuppression[];
  /** Of the catalogue, stock and prices. */
  world?: WorldLine;
}

/** Lines of an import that are committed together, with how far it has come by them. */
export interface Chunk {
  taken: TakenLine[];
  refusals: Refusal[];
  /** The last line that is in it. */
  lines: number;
  /** Of all lines up to that. */
  digest: string;
}

type Progress = Pick<ImportRow, 'id' | 'name' | 'lines' | 'accepted' | 'duplicates' | 'rejected'>;

/**
 * Commits a chunk and where the import stands by it, both or neither, and says where that is.
 * @throws AppError `import-running` when somebody else went on with it meanwhile.
 */
export async function commitChunk(
  { sql, clock }: { sql: Sql; clock: Clock },
  from: Progress,
  chunk: Chunk,
): Promise<Progress> {
  const step = await sql.begin(async (tx) => {
    await tx`select set_config('statement_timeout', ${String(bounds.commitMs)}, true)`;
    // What is routed meanwhile would overwrite it, or be overwritten.
    if (chunk.taken.some(({ world }) => world)) await awaitRoutingLock(tx);
    const { accepted, refused } = await insertLines(tx, clock, chunk.taken);
    const refusals = [...chunk.refusals, ...refused].sort((a, b) => a.index! - b.index!);
    const kept = refusals.slice(0, Math.max(0, bounds.importRejections - from.rejected));
    await insertRejections(
      tx,
      kept.map((refusal) => ({ ...rejectionOf(refusal, clock), import: from.name })),
    );
    const said =
      chunk.taken.filter(
        ({ events, suppressions = [], world }) => world ?? events.length + suppressions.length > 0,
      ).length - refused.length;
    const counts = { accepted: accepted.size, duplicates: said - accepted.size, rejected: refusals.length };
    const reached = { lines: chunk.lines, digest: chunk.digest, ...counts };
    if (!(await advanceImport(tx, from, reached, clock.now()))) throw isElsewhere(from.name);
    await tx`select pg_notify(${eventsChannel}, '')`;
    return counts;
  });
  return {
    ...from,
    lines: chunk.lines,
    accepted: from.accepted + step.accepted,
    duplicates: from.duplicates + step.duplicates,
    rejected: from.rejected + step.rejected,
  };
}

/** That a name is taken, by whoever imports under it now. */
export function isElsewhere(name: string): AppError {
  return new AppError(
    'import-running',
    `An import named ${JSON.stringify(name)} is under way: wait for its end, or choose another name.`,
  );
}

/** The lines of which something was accepted, and those that the database refused: halved until one stands alone. */
async function insertLines(
  tx: TransactionSql,
  clock: Clock,
  lines: readonly TakenLine[],
): Promise<{ accepted: Set<number>; refused: Refusal[] }> {
  if (lines.length === 0) return { accepted: new Set(), refused: [] };
  try {
    const accepted = await tx.savepoint((part) => insertOnce(part, clock, lines));
    return { accepted, refused: [] };
  } catch (error) {
    if (!isDataError(error)) throw error;
    if (lines.length === 1) return { accepted: new Set(), refused: [unstorable(lines[0]!)] };
    const half = lines.length >> 1;
    const first = await insertLines(tx, clock, lines.slice(0, half));
    const second = await insertLines(tx, clock, lines.slice(half));
    return {
      accepted: new Set([...first.accepted, ...second.accepted]),
      refused: [...first.refused, ...second.refused],
    };
  }
}

async function insertOnce(
  tx: TransactionSql,
  clock: Clock,
  lines: readonly TakenLine[],
): Promise<Set<number>> {
  const world = lines.flatMap(({ number, world }) => (world ? [{ number, world }] : []));
  if (world.length > 0) return setLines(tx, clock, world);
  const first = new Map<string, { number: number; event: NewEvent }>();
  for (const { number, events } of lines) {
    for (const event of events)
      if (!first.has(event.messageId)) first.set(event.messageId, { number, event });
  }
  const given = [...first.values()];
  const accepted = await insertEvents(
    tx,
    given.map(({ event }) => event),
  );
  const said = lines.flatMap(({ number, suppressions = [] }) => suppressions.map((row) => ({ number, row })));
  const suppressed = await suppress(
    tx,
    said.map(({ row }) => row),
  );
  return new Set([
    ...given.filter(({ event }) => accepted.has(event.id)).map(({ number }) => number),
    ...said.filter(({ row }) => suppressed.has(row.id)).map(({ number }) => number),
  ]);
}

async function setLines(
  tx: TransactionSql,
  clock: Clock,
  lines: readonly { number: number; world: WorldLine }[],
): Promise<Set<number>> {
  const isNews = await setWorld(
    tx,
    clock,
    lines.map(({ world }) => world),
  );
  return new Set(lines.filter((_, place) => isNews[place]).map(({ number }) => number));
}

function unstorable({ number, came }: TakenLine): Refusal {
  const detail = 'The database refused a value of this line; the others were not touched by it.';
  return { index: number, came, code: 'unstorable-text', detail };
}
