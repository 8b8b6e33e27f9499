import { lookedAt } from '../events.ts';
import { perSecond, type Question } from '../question.ts';
import { inTurn } from '../rounds.ts';
import { BenchShop } from '../shop.ts';
import { ratioOf, spreadOf } from '../statistics.ts';
import { callsBetween, temporalCalls } from '../temporal-calls.ts';
import { until } from '../until.ts';
import { routingBatch } from '../../src/routing/router.ts';

/** (c) Events that concern no run. */
export const routing: Question = {
  letter: 'c',
  title: 'Events that concern no run: routed per second, and calls to Temporal',
  async measure(bench, size) {
    const shop = await BenchShop.open(bench, 'routing');
    const events = size === 'tiny' ? 300 : 10_000;
    const calls = () => temporalCalls(shop.temporal.metricsUrl, 'default');
    const made = new Map<string, number>();
    let named = 0;
    const accept = async () => {
      const batch = Array.from({ length: events }, () => {
        named += 1;
        return { ...lookedAt, messageId: `m-${named}`, anonymousId: `a-${named}` };
      });
      await shop.post(batch);
      await shop.database.sql`analyze`;
    };
    const rates = await inTurn(size === 'tiny' ? 1 : 5, {
      kairos: async () => {
        await accept();
        const before = await calls();
        await shop.startRouter();
        const rate = await drained(shop, events);
        for (const [name, count] of callsBetween(before, await calls()))
          made.set(name, (made.get(name) ?? 0) + count);
        await shop.stopRouter();
        return rate;
      },
      floor: async () => {
        await accept();
        return takeAll(shop, events);
      },
    });
    const control = await callsOfRuns(shop, size === 'tiny' ? 5 : 50);
    const total = [...made.values()].reduce((sum, count) => sum + count, 0);
    return {
      lines: [
        {
          what: `Calls to Temporal for ${events * rates.kairos.length} events`,
          figure: spreadOf([total]),
          unit: 'calls',
          aim: { words: 'none', isMet: total === 0 },
        },
        {
          what: 'Routing against only reading the events and taking them off the queue',
          figure: ratioOf(rates.kairos, rates.floor),
        },
        perSecond('Routed', rates.kairos),
        perSecond('Only read and taken off', rates.floor),
      ],
      notes: [
        `${events} accepted events wait when the router starts, each of a visitor nobody knew: a customer is made for each.`,
        `Calls as the Temporal server counts them, whoever makes them${total > 0 ? `: ${say(made)}` : ''}. That it counts is shown ` +
          `by ${control.runs} events that start runs: ${say(control.calls)}.`,
      ],
    };
  },
};

const say = (calls: ReadonlyMap<string, number>) =>
  [...calls].map(([name, count]) => `${name} ${count}`).join(', ') || 'none';

/** Events routed per second, from the first batch that is off the queue to the last. */
async function drained({ database: { sql } }: BenchShop, events: number): Promise<number> {
  const left = async () => Number((await sql`select count(*) from unrouted`)[0]!['count']);
  let first = events;
  await until('the first batch', async () => (first = await left()) < events, 5);
  const since = performance.now();
  if (first > 0) await until('the last batch', async () => (await left()) === 0, 10);
  const seconds = Math.max(performance.now() - since, 1) / 1_000;
  return first === 0 ? events / seconds : first / seconds;
}

/** The least that a router could do: read a batch of events in their order, and take them off the queue. */
async function takeAll({ database: { sql } }: BenchShop, events: number): Promise<number> {
  const since = performance.now();
  for (let taken = 0; taken < events;) {
    taken += await sql.begin(async (tx) => {
      const rows = await tx<{ seq: string }[]>`
        select e.* from events e
        where e.seq = any(array(select seq from unrouted order by seq limit ${routingBatch})) order by e.seq`;
      await tx`delete from unrouted where seq = any(${rows.map(({ seq }) => seq)}::bigint[])`;
      return rows.length;
    });
  }
  return events / ((performance.now() - since) / 1_000);
}

/** The control: events that do start runs, and the calls they make. */
async function callsOfRuns(shop: BenchShop, runs: number) {
  await shop.startRouter();
  const before = await temporalCalls(shop.temporal.metricsUrl, 'default');
  await shop.post(
    Array.from({ length: runs }, (_, n) => ({ type: 'track', event: 'Bench Ended', userId: `control-${n}` })),
  );
  await shop.untilDispatched();
  const calls = callsBetween(before, await temporalCalls(shop.temporal.metricsUrl, 'default'));
  await shop.stopRouter();
  return { runs, calls };
}
