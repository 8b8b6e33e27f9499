import { expect, test } from 'vitest';
import { createIngestion } from '../../api/ingestion/ingestion.ts';
import { createClock } from '../../src/clock.ts';
import { connect } from '../../src/db/connect.ts';
import { bounds } from '../../src/domain/bounds.ts';
import { realTime } from '../../src/domain/time-scale.ts';
import { silentLog } from '../../src/log.ts';
import { testApi } from '../support/api.ts';
import { cloudEvent, postEvents } from '../support/cloud-events.ts';
import { testDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { holdMessageIds } from '../support/hold-message-ids.ts';

const clock = createClock(realTime);
/** The first commit is held for as long as hundreds of requests take on a slow machine. */
const limits = { ...bounds, commitMs: 60_000 };

test('thousands of events at once share their commits, universal ones with those of customers', async () => {
  await using database = await testDatabase();
  const ingestion = createIngestion({ database, clock, log: silentLog, limits });
  await using api = await testApi({ database, ingestion });
  await using held = await holdMessageIds(database.url);
  const first = postEvents(api, cloudEvent({ id: 'first' }));
  await eventually('the first flush to wait for the table', held.isWaitedFor);
  const tenEvents = (n: number) =>
    Array.from({ length: 10 }, (_, place) => cloudEvent({ id: `e${n}`, source: `/s/${place}` }));
  const rest = Array.from({ length: 300 }, (_, n) =>
    n % 3 === 0
      ? api.post('/v1/track', { event: 'X', userId: 'u', messageId: `e${n}` })
      : postEvents(api, tenEvents(n)),
  );
  await eventually('all of them to be in the queue', () => ingestion.waiting() === 2_101);
  await held.letGo();
  const answers = await Promise.all([first, ...rest]);
  expect(answers.filter(({ status }) => status === 202)).toHaveLength(201);
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(100);
  const [stored] = await database.sql`
    select count(*)::int as events, count(distinct xmin::text)::int as commits,
           count(*) filter (where kind = 'universal')::int as universal
    from events`;
  expect(stored).toEqual({ events: 2_101, commits: 2, universal: 2_001 });
});

test('two processes that take the same events at once take each once, and neither locks the other out', async () => {
  await using database = await testDatabase();
  await using one = await testApi({ database });
  const other = connect(database.url, { max: 4 });
  await using second = await testApi({ database: other });
  const batch = Array.from({ length: 200 }, (_, n) => cloudEvent({ id: `x${n}`, source: `/s/${n % 3}` }));
  const answers = await Promise.all(
    Array.from({ length: 10 }, (_, n) =>
      postEvents(n % 2 === 0 ? one : second, n % 4 < 2 ? batch : [...batch].reverse()),
    ),
  );
  expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(202));
  expect(answers.reduce((sum, { body }) => sum + Number(body['accepted']), 0)).toBe(200);
  expect(answers.reduce((sum, { body }) => sum + Number(body['duplicates']), 0)).toBe(1_800);
  const [stored] = await database.sql`select count(*)::int as n from events`;
  expect(stored).toEqual({ n: 200 });
  await other.end();
});
