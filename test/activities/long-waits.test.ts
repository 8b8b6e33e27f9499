import { expect, test } from 'vitest';
import { endWaitsSince, longestWaitSince } from '../../src/db/queries/long-waits.ts';
import { lockRun } from '../../src/db/queries/lock-run.ts';
import { loadWaiting, saveEntries } from '../../src/db/queries/routing-waiting.ts';
import type { WatchDefinition } from '../../src/define/watch.ts';
import { backOnShelf } from '../../src/messages/back-on-shelf.ts';
import { endLonelyWaits } from '../../src/routing/lines-left-alone.ts';
import { watchDefinitions } from '../../workflows/definitions.ts';
import { waitingForLock } from '../support/waiting-for-lock.ts';
import { looked, stocked } from '../support/watches.ts';
import { startWorld } from '../support/world.ts';

const backInStock = watchDefinitions().find(({ name }) => name === 'backInStock')!;
const day = 86_400_000;

/** The shipped watch, with nobody held out, over a kettle that is sold out. */
async function setup(over: Partial<WatchDefinition> = {}) {
  const it = await startWorld({ ...backInStock, holdout: 0, ...over }, backOnShelf);
  const opened = it.clock.now().getTime();
  await it.people('ada', 'grace', 'hedy');
  await it.happens(stocked('kettle', 1), stocked('kettle', 0));
  return {
    ...it,
    opened,
    passDays: (days: number) => it.moveTo(new Date(it.clock.now().getTime() + days * day).toISOString()),
    /** As the workflow asks when its time has come. */
    async end(heard?: number) {
      const run = (await it.runOf('kettle'))!;
      return it.waves.endLongWaits({ runId: run.id, heard: heard ?? run.seq });
    },
    runs: () =>
      it.sql`select n, state, outcome from runs order by n`.then((rows) => rows.map((row) => ({ ...row }))),
    [Symbol.asyncDispose]: () => it[Symbol.asyncDispose](),
  };
}

test('who has waited for as long as the watch lasts waits no more, and the run ends with the last of them', async () => {
  await using it = await setup();
  await it.happens(looked('ada', 'kettle'));
  it.passDays(30);
  await it.happens(looked('grace', 'kettle'));
  it.passDays(60);
  expect(await it.end(), 'as soon as grace has waited for so long').toEqual({
    nextAt: it.opened + 120 * day,
  });
  expect(await it.entries()).toEqual(['ada closed expired', 'grace waiting']);
  it.passDays(30);
  const { id: runId } = (await it.runOf('kettle'))!;
  expect(await it.end()).toEqual({ closed: 'expired' });
  expect(await it.entries()).toEqual(['ada closed expired', 'grace closed expired']);
  expect(await it.waves.endLongWaits({ runId, heard: 0 }), 'asked again').toEqual({ closed: 'expired' });
});

test('a later look begins anew, in a run of its own, and is told when it is back', async () => {
  await using it = await setup();
  await it.happens(looked('ada', 'kettle'), looked('grace', 'kettle'));
  it.passDays(91);
  await it.end();
  await it.happens(looked('ada', 'kettle'));
  expect(await it.runs()).toEqual([
    { n: 1, state: 'closed', outcome: 'expired' },
    { n: 2, state: 'open', outcome: null },
  ]);
  await it.happens(stocked('kettle', 5));
  await it.wave('kettle');
  expect(await it.told()).toEqual(['ada']);
});

test('who looks again waits on in their place, and is told before who began to wait later', async () => {
  await using it = await setup();
  await it.happens(looked('ada', 'kettle'));
  it.passDays(30);
  await it.happens(looked('grace', 'kettle'));
  it.passDays(59);
  await it.happens(looked('ada', 'kettle'));
  it.passDays(30);
  expect(await it.end(), 'grace asked 89 days ago').toEqual({ nextAt: it.opened + 120 * day });
  expect(await it.entries()).toEqual(['ada waiting', 'grace waiting']);
  await it.happens(stocked('kettle', 5));
  await it.wave('kettle');
  expect(await it.told()).toEqual(['ada', 'grace']);
});

test('what a wave left open of who has waited too long is withheld with their wait', async () => {
  await using it = await setup();
  await it.happens(looked('ada', 'kettle'));
  const { id: runId } = (await it.runOf('kettle'))!;
  await it.sql`
    insert into deliveries (id, run_id, wave, customer_id, name, message, entry_id, channel, purpose, state, reason, verdicts, at)
    select gen_random_uuid(), ${runId}, 1, customer_id, 'backInStock', 'back-on-shelf', id, 'email', 'help', 'waiting',
      'quiet-hours', '[]', since from waiting_entries`;
  it.passDays(91);
  expect(await it.end()).toEqual({ closed: 'expired' });
  const rows = await it.sql`select state, reason, verdicts -> 0 ->> 'words' as words from deliveries`;
  expect(rows).toMatchObject([
    ...[
      {
        state: 'withheld',
        reason: 'irrelevant',
        words: expect.stringMatching(/no longer: expired$/) as string,
      },
    ],
  ]);
});

test('who looks at the moment at which their wait would end waits on', async () => {
  await using it = await setup();
  await it.happens(looked('ada', 'kettle'));
  it.passDays(91);
  await it.sql.begin(async (tx) => {
    const [{ id: customerId }] = (await tx`select customer_id as id from waiting_entries`) as unknown as [
      { id: string },
    ];
    const [entry] = await loadWaiting(tx, { looks: [{ customerId, sku: 'kettle' }], buyers: [] });
    expect(await it.end(), 'the run looks again').toEqual({ nextAt: it.clock.now().getTime() + day });
    await saveEntries(tx, [{ ...entry!, askedAt: it.clock.now().getTime() }]);
  });
  expect(await it.entries()).toEqual(['ada waiting']);
  expect(await it.end()).toEqual({ nextAt: it.clock.now().getTime() + 90 * day });
});

test('who looks at the moment at which their wait ends begins anew', async () => {
  await using it = await setup();
  await it.happens(looked('ada', 'kettle'));
  it.passDays(91);
  const line = { list: backInStock.waiting!.name, sku: 'kettle' };
  const { looks } = await it.sql.begin(async (tx) => {
    await endWaitsSince(tx, line, { before: it.clock.now(), at: it.clock.now() });
    const looks = it.happens(looked('ada', 'kettle'));
    await waitingForLock(it.sql);
    return { looks };
  });
  await looks;
  expect(await it.entries()).toEqual(['ada closed expired', 'ada waiting']);
});

test('who buys while their wait is ended stays where the end has put them', async () => {
  await using it = await setup();
  await it.happens(looked('ada', 'kettle'));
  it.passDays(91);
  await it.sql.begin(async (tx) => {
    const buyers = (await tx<{ id: string }[]>`select customer_id as id from waiting_entries`).map(
      ({ id }) => id,
    );
    const [entry] = await loadWaiting(tx, { looks: [], buyers });
    await it.end();
    await saveEntries(tx, [{ ...entry!, state: 'closed', reason: 'bought' }]);
  });
  expect(await it.entries()).toEqual(['ada closed expired']);
});

test('a line whose run is gone is kept no longer than any other', async () => {
  await using it = await setup();
  await it.happens(looked('ada', 'kettle'));
  it.passDays(30);
  await it.happens(looked('grace', 'kettle'));
  it.passDays(61);
  const end = () => endLonelyWaits({ sql: it.sql, clock: it.clock, watches: [it.watch] });
  expect(await end(), 'its run will see to it').toBe(0);
  await it.sql`update runs set state = 'closed', outcome = 'terminated', closed_at = ${it.clock.now()}`;
  expect(await end()).toBe(1);
  expect(await it.entries()).toEqual(['ada closed expired', 'grace waiting']);
});

test('of a line of any length only so many are looked at, and nobody waits for longer by that', async () => {
  await using it = await setup();
  await it.happens(looked('ada', 'kettle'), looked('grace', 'kettle'));
  it.passDays(20);
  await it.happens(looked('hedy', 'kettle'));
  await it.happens(looked('ada', 'kettle'));
  it.passDays(10);
  await it.happens(looked('grace', 'kettle'));
  const line = { list: backInStock.waiting!.name, sku: 'kettle' };
  const daysIn = async (atMost?: number) =>
    ((await longestWaitSince(it.sql, line, atMost))!.getTime() - it.opened) / day;
  expect([await daysIn(), await daysIn(2), await daysIn(1)]).toEqual([20, 20, 0]);
});

test('a run that is owed a restock hears it first', async () => {
  await using it = await setup();
  await it.happens(looked('ada', 'kettle'));
  it.passDays(89);
  await it.happens(looked('grace', 'kettle'), stocked('kettle', 5));
  it.passDays(91);
  const { seq } = (await it.runOf('kettle'))!;
  expect(await it.end(seq - 1)).toEqual({ nextAt: it.clock.now().getTime() + 90 * day });
  expect(await it.runs()).toMatchObject([{ state: 'open' }]);
});

test('people begin to wait every day: it is looked once a day, not for each of them', async () => {
  await using it = await setup();
  await it.happens(looked('ada', 'kettle'));
  it.passDays(0.1);
  await it.happens(looked('grace', 'kettle'));
  it.passDays(89.95);
  expect(await it.end()).toEqual({ nextAt: it.clock.now().getTime() + day });
});

test('no wave tells who has waited for too long, also of a run that nobody has asked', async () => {
  await using it = await setup();
  await it.happens(looked('ada', 'kettle'));
  it.passDays(60);
  await it.happens(looked('grace', 'kettle'));
  it.passDays(31);
  await it.happens(stocked('kettle', 5));
  expect(await it.wave('kettle')).toMatchObject({ used: 1 });
  expect(await it.told()).toEqual(['grace']);
  expect((await it.entries())[0]).toBe('ada closed expired');
});

test('who begins to wait while a run ends is in that run, or opens another', async () => {
  await using it = await setup();
  await it.happens(looked('ada', 'kettle'));
  it.passDays(91);
  const { id } = (await it.runOf('kettle'))!;
  const ended = await it.sql.begin(async (tx) => {
    await lockRun(tx, id);
    const ending = it.end();
    await waitingForLock(it.sql);
    await it.sql`
      insert into waiting_entries (id, list, customer_id, sku, since, state)
      select gen_random_uuid(), list, customer_id, sku, ${it.clock.now()}, 'waiting' from waiting_entries`;
    return { ending };
  });
  expect(await ended.ending).toMatchObject({ nextAt: it.clock.now().getTime() + 90 * day });
  expect(await it.runs()).toMatchObject([{ n: 1, state: 'open' }]);
});

test('without a time somebody waits as long as it takes', async () => {
  const { lasts: _, ...forEver } = backInStock;
  await using it = await startWorld({ ...forEver, holdout: 0 }, backOnShelf);
  await it.people('ada');
  await it.happens(stocked('kettle', 1), stocked('kettle', 0), looked('ada', 'kettle'));
  it.moveTo('2030-01-01T00:00:00Z');
  await it.happens(stocked('kettle', 1));
  await it.wave('kettle');
  expect(await it.told()).toEqual(['ada']);
});
