/**
 * Takes a file into Kairos, line by line, in constant memory and no faster than routing takes it from there.
 *
 *   find or begin its row → pass over the lines taken before → (gather a chunk → wait for room → commit it and the
 *   row) again and again → ended
 *
 * A chunk and the row that says so are one commit: whatever stops an import, the same file sent again goes on where
 * that left it. One process at a time imports under a name, by an advisory lock over all that share the database.
 */
import { createHash } from 'node:crypto';
import type { Clock } from '../../src/clock.ts';
import type { Database } from '../../src/db/connect.ts';
import { endImport, findImport, insertImport, type ImportRow } from '../../src/db/queries/imports.ts';
import { withLock } from '../../src/db/with-lock.ts';
import type { Config } from '../../src/config.ts';
import { bounds } from '../../src/domain/bounds.ts';
import { AppError } from '../../src/errors.ts';
import { newId } from '../../src/ids.ts';
import { parse } from '../parse.ts';
import { suppressionLineSchema, suppressionRows } from '../suppressions/suppression.ts';
import { assertStorable } from '../ingestion/storable.ts';
import { awaitRoom } from './await-room.ts';
import { commitChunk, isElsewhere, type Chunk } from './chunk.ts';
import type { ImportCounts } from './import-counts.ts';
import { eventsOf, readLine, type ImportKind } from './line-items.ts';
import { isWorldKind, worldLineReader, type ReadWorldLine, type WorldKind } from './world-line.ts';
import { ImportLines, type ImportLine } from './lines.ts';

export interface ImportParts {
  /** The home's: keys the hashes of addresses. */
  secret: string;
  database: Database;
  /** Its currency holds for prices that name none. */
  config: Pick<Config, 'KAIROS_CURRENCY'>;
  clock: Clock;
  counts: ImportCounts;
  importRepeatMs?: number;
  /** Aborted when this process stops. */
  stopping?: AbortSignal;
}

export interface Importing {
  name: string;
  kind: ImportKind;
  body: AsyncIterable<Buffer>;
}

const lookEveryMs = 100;

/**
 * Imports a file; gives where the import stands when all of it is taken. One of its name that is under way is waited
 * for: whoever was broken off sends again at once, while what had come is still being taken.
 * @throws AppError `import-running`, `import-differs`, `malformed-body`, `unavailable`; what was committed stays.
 */
export async function runImport(parts: ImportParts, importing: Importing): Promise<ImportRow> {
  const { sql, db } = parts.database;
  const { clock, importRepeatMs = bounds.importRepeatMs, stopping } = parts;
  const untilMs = clock.realNow().getTime() + importRepeatMs;
  while (!(await withLock(sql, lockOf(importing.name), () => takeFile(parts, importing)))) {
    if (clock.realNow().getTime() >= untilMs || stopping?.aborted) throw isElsewhere(importing.name);
    await new Promise((done) => setTimeout(done, lookEveryMs));
  }
  return (await findImport(db, importing.name))!;
}

/** Under names of their own among the locks: 40 bits of the name's hash, above all that are counted by hand. */
function lockOf(name: string): number {
  return 2 ** 40 + createHash('sha256').update(name).digest().readUIntBE(0, 5);
}

async function takeFile(parts: ImportParts, { name, kind, body }: Importing): Promise<void> {
  const { database, clock } = parts;
  const row = (await findImport(database.db, name)) ?? (await begin(parts, name, kind));
  if (row.kind !== kind) {
    throw differs(
      `${JSON.stringify(name)} is the name of an import of ${row.kind}: choose another for ${kind}`,
    );
  }
  const file = new ImportLines(body, lineBytes(kind));
  const lines = file[Symbol.asyncIterator]();
  await passOver(file, lines, row);
  let at: Parameters<typeof commitChunk>[1] = row;
  const of: Of = { name, kind, ...(isWorldKind(kind) && { readWorld: worldReader(parts, kind) }) };
  for (;;) {
    const chunk = await gather(parts, file, lines, of);
    if (chunk === null) break;
    const events = chunk.taken.reduce((sum, line) => sum + line.events.length, 0);
    if (events > 0) await awaitRoom({ sql: database.sql, clock }, events);
    const before = at;
    at = await commitChunk({ sql: database.sql, clock }, before, chunk);
    parts.counts.add(kind, 'accepted', at.accepted - before.accepted);
    parts.counts.add(kind, 'duplicate', at.duplicates - before.duplicates);
    parts.counts.add(kind, 'rejected', at.rejected - before.rejected);
  }
  await endImport(database.sql, row.id, clock.now());
}

function begin({ database, clock }: ImportParts, name: string, kind: ImportKind): Promise<ImportRow> {
  const now = clock.now();
  const digest = createHash('sha256').digest('base64url');
  return insertImport(database.db, { id: newId(clock), name, kind, digest, beganAt: now, updatedAt: now });
}

/** Reads up to where the import stands. @throws AppError `import-differs` when these are not the lines it took. */
async function passOver(file: ImportLines, lines: AsyncIterator<ImportLine>, row: ImportRow): Promise<void> {
  for (let passed = 0; passed < row.lines; passed += 1) {
    const next = await lines.next();
    if (next.done) throw differs(`the file has ${passed} lines, and ${row.lines} were taken before`);
  }
  if (file.digest() === row.digest) return;
  throw differs(`its first ${row.lines} lines are not those that were taken under this name`);
}

function differs(why: string): AppError {
  return new AppError(
    'import-differs',
    `This is not the file that the import began with: ${why}. Send the same file from its start, or choose another name.`,
  );
}

/** The next lines, up to the bounds of a chunk; null when there are no more. */
async function gather(
  { clock, secret }: Pick<ImportParts, 'clock' | 'secret'>,
  file: ImportLines,
  lines: AsyncIterator<ImportLine>,
  of: Of,
): Promise<Chunk | null> {
  const chunk: Chunk = { taken: [], refusals: [], lines: 0, digest: '' };
  const by = { clock, secret, admin: true, receivedAt: clock.realNow() };
  let [count, events, bytes] = [0, 0, 0];
  const most = of.readWorld ? bounds.importWorldLines : bounds.importLines;
  while (count < most && events < bounds.importLines && bytes < bounds.importBytes) {
    const next = await lines.next();
    if (next.done) break;
    const { number } = next.value;
    const read = readOrRefuse(next.value, of, by);
    if ('code' in read) chunk.refusals.push(read);
    else chunk.taken.push(read);
    [count, bytes] = [count + 1, bytes + (next.value.bytes?.length ?? 0)];
    events += 'events' in read ? read.events.length : 0;
    chunk.lines = number;
  }
  return count === 0 ? null : { ...chunk, digest: file.digest() };
}

/** What is imported, and how its lines are read if they become no events. */
interface Of {
  name: string;
  kind: ImportKind;
  readWorld?: ReadWorldLine;
}

const worldReader = ({ config, clock }: ImportParts, kind: WorldKind) =>
  worldLineReader(kind, config.KAIROS_CURRENCY, clock);

const lineBytes = (kind: ImportKind) => (isWorldKind(kind) ? bounds.productLineBytes : bounds.itemBytes);

type Read = Chunk['taken'][number] | Chunk['refusals'][number];

function readOrRefuse(
  { number, bytes }: ImportLine,
  of: Of,
  by: Parameters<typeof eventsOf>[2] & { secret: string },
): Read {
  let came: unknown = null;
  try {
    if (bytes === null)
      throw new AppError('too-large', `The line is over the bound of ${lineBytes(of.kind)} bytes.`);
    if (bytes.length === 0 || bytes.toString('latin1').trim() === '') return { number, came, events: [] };
    came = bytes.toString('utf8');
    came = readLine(bytes);
    // Before any schema: what that says of a line is kept, and one text that cannot be would end the import for good.
    assertStorable(came);
    const { kind, name } = of;
    if (of.readWorld) return { number, came, events: [], world: of.readWorld(came) };
    if (isWorldKind(kind)) throw new Error(`There is no reader of ${kind}.`);
    if (kind === 'suppressions') {
      const given = parse(suppressionLineSchema, came, 'malformed-message');
      const rows = suppressionRows({ ...given, source: `import ${name}` }, by, 'malformed-message');
      return { number, came, events: [], suppressions: rows };
    }
    return { number, came, events: eventsOf(came, { kind, name, number }, by) };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { index: number, came, code: error.code, detail: error.message };
  }
}
