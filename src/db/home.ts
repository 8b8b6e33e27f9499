import { randomBytes } from 'node:crypto';
import type { TimeScale } from '../domain/time-scale.ts';
import { StartError } from '../errors.ts';
import type { Sql } from './connect.ts';
import { isUnavailable } from './unavailable.ts';

/** What was fixed when the data were created. */
export interface Home {
  /** Kairos's time against real time. */
  scale: TimeScale;
  /** Keys the hashes that stand for identifiers which may not be shown. */
  secret: string;
}

/**
 * What was fixed when these data were created, fixing it on the first use: Kairos's time runs from `realNow`, at
 * `clockSpeed` (1 when none is asked for). @throws StartError when another speed is asked for later.
 */
export async function openHome(
  sql: Sql,
  wanted: { clockSpeed: number | undefined; realNow: Date },
): Promise<Home> {
  await sql`
    insert into home (id, clock_origin, clock_speed, secret)
    values (1, ${wanted.realNow.toISOString()}::text::timestamptz, ${wanted.clockSpeed ?? 1},
            ${randomBytes(32).toString('base64url')})
    on conflict (id) do nothing`;
  const home = await readHome(sql);
  const { speed } = home.scale;
  if (wanted.clockSpeed === undefined || wanted.clockSpeed === speed) return home;
  throw new StartError(
    `These data were created with KAIROS_CLOCK_SPEED=${speed}, and now it is ${wanted.clockSpeed}: their clock cannot ` +
      `change.\nUnset KAIROS_CLOCK_SPEED (or set it to ${speed}), or begin anew with another KAIROS_HOME.`,
  );
}

/** What was fixed when these data were created. @throws StartError when they are still empty. */
export async function readHome(sql: Sql): Promise<Home> {
  const [row] = await sql<{ originMs: number; speed: number; secret: string }[]>`
    select (extract(epoch from clock_origin) * 1000)::float8 as "originMs", clock_speed as speed, secret
    from home where id = 1`;
  if (!row)
    throw new StartError('The database is empty: `npm start` (or the migrating process) has to run first.');
  return { scale: { originMs: row.originMs, speed: row.speed }, secret: row.secret };
}

/** As `readHome`, and waits up to a minute for a database that is still starting. */
export async function awaitHome(sql: Sql): Promise<Home> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await readHome(sql);
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      if (tries === 240)
        throw new StartError(`The database in DATABASE_URL does not answer: ${String(error)}`);
      await new Promise((done) => setTimeout(done, 250));
    }
  }
}
