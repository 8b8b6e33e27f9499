import { createIngestion } from '../../api/ingestion/ingestion.ts';
import { createClock } from '../../src/clock.ts';
import { bounds, type Bounds } from '../../src/domain/bounds.ts';
import { realTime } from '../../src/domain/time-scale.ts';
import { silentLog } from '../../src/log.ts';
import { testApi } from '../support/api.ts';
import { testDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';

/** A Kairos for a client to talk to, whose bounds a test may narrow while it runs. */
export async function kairos() {
  const database = await testDatabase();
  const clock = createClock(realTime);
  const limits: { -readonly [name in keyof Bounds]: number } = { ...bounds };
  const ingestion = createIngestion({ database, clock, log: silentLog, limits });
  const api = await testApi({ database, clock, ingestion });
  const events = () => database.db.query.events.findMany({ orderBy: (event, { asc }) => asc(event.seq) });
  return {
    ...{ database, limits, url: api.url, events },
    get: (path: string) => api.get(path),
    now: () => clock.now().getTime(),
    /** All events, once there are so many. */
    untilEvents: (count: number) =>
      eventually(`${count} events`, async () => {
        const found = await events();
        return found.length >= count && found;
      }),
    async [Symbol.asyncDispose]() {
      await api[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
}
