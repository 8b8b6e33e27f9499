import type { Sql, TransactionSql } from 'postgres';

/** A wave as its row says. Times in epoch milliseconds. */
export interface WaveRow {
  wave: number;
  nextAt: number;
  isEnded: boolean;
  /** What its end came to; null as long as it goes on, and `unitsLeft` also where there is no shelf. */
  goesOn: boolean | null;
  unitsLeft: number | null;
  /** On the shelf at its beginning; null where there is none. */
  units: number | null;
  places: number;
  /** Of the places, those that the shelf still allows. */
  allowed: number;
  used: number;
  heldOut: number;
  withheld: number;
  look: number;
  /** The last entry looked at; null before the first. */
  lookedSince: Date | null;
  lookedId: string | null;
  through: boolean;
  /** When the first may be written to of those passed over until a time, quiet hours or caps; null: there was none. */
  quietUntil: number | null;
}

const columns = (sql: Sql | TransactionSql) => sql`
  wave, (extract(epoch from next_at) * 1000)::float8 as "nextAt", ended_at is not null as "isEnded",
  goes_on as "goesOn", units_left::float8 as "unitsLeft",
  units, places, allowed, used, held_out as "heldOut", withheld, look,
  looked_since as "lookedSince", looked_id as "lookedId", through,
  (extract(epoch from quiet_until) * 1000)::float8 as "quietUntil"`;

/** The last wave of a run, or null. */
export async function latestWave(tx: TransactionSql, runId: string): Promise<WaveRow | null> {
  const [row] = await tx<WaveRow[]>`
    select ${columns(tx)} from waves where run_id = ${runId} order by wave desc limit 1`;
  return row ?? null;
}

/** Begins a wave. Null: somebody else has just begun it. */
export async function insertWave(
  tx: TransactionSql,
  wave: Pick<WaveRow, 'wave' | 'units' | 'places'> & {
    runId: string;
    heardUpTo: number;
    beganAt: Date;
    nextAt: Date;
  },
): Promise<WaveRow | null> {
  const { runId, heardUpTo, beganAt, nextAt, units, places } = wave;
  const [row] = await tx<WaveRow[]>`
    insert into waves (run_id, wave, heard_up_to, began_at, next_at, units, places, allowed)
    values (${runId}, ${wave.wave}, ${heardUpTo}, ${beganAt}, ${nextAt}, ${units}, ${places}, ${places})
    on conflict do nothing
    returning ${columns(tx)}`;
  return row ?? null;
}

/** A wave, locked until the transaction ends: its pages are served one after the other. */
export async function lockWave(
  tx: TransactionSql,
  { runId, wave }: { runId: string; wave: number },
): Promise<WaveRow | null> {
  const [row] = await tx<WaveRow[]>`
    select ${columns(tx)} from waves where run_id = ${runId} and wave = ${wave} for update`;
  return row ?? null;
}

/** How far a wave has come. */
export async function saveWave(tx: TransactionSql, runId: string, wave: WaveRow): Promise<void> {
  const quietUntil = wave.quietUntil === null ? null : new Date(wave.quietUntil);
  await tx`
    update waves set allowed = ${wave.allowed}, used = ${wave.used}, held_out = ${wave.heldOut}, withheld = ${wave.withheld}, look = ${wave.look},
      looked_since = ${wave.lookedSince}, looked_id = ${wave.lookedId}, through = ${wave.through},
      quiet_until = ${quietUntil}
    where run_id = ${runId} and wave = ${wave.wave}`;
}

/** What the end of a wave came to. */
export interface WaveEnding {
  runId: string;
  wave: number;
  at: Date;
  /** When the next may begin, not before it was to anyhow. */
  nextAt: number;
  goesOn: boolean;
  unitsLeft: number | null;
}

/** Writes down what the end of a wave came to, for whoever asks again. */
export async function markWaveEnded(tx: TransactionSql, ending: WaveEnding): Promise<void> {
  const { runId, wave, at, nextAt, goesOn, unitsLeft } = ending;
  await tx`
    update waves set ended_at = ${at}, next_at = greatest(next_at, ${new Date(nextAt)}),
      goes_on = ${goesOn}, units_left = ${unitsLeft}
    where run_id = ${runId} and wave = ${wave}`;
}
