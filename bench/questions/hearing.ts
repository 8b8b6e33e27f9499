import { setTimeout as pause } from 'node:timers/promises';
import { silentLog } from '../../src/log.ts';
import { atTheBeginning, keepOnce } from '../../src/routing/keeper.ts';
import type { Bench } from '../bench.ts';
import { perSecond, type Finding, type Question, type Size } from '../question.ts';
import { inTurn } from '../rounds.ts';
import { addPeople } from '../sending/people.ts';
import { BenchShop, inLanes } from '../shop.ts';
import { rateOf, ratioOf, spreadOf } from '../statistics.ts';
import { callsBetween, temporalCalls } from '../temporal-calls.ts';
import { until } from '../until.ts';

const sizes = {
  tiny: { carts: 20, others: 5, rounds: 1 },
  full: { carts: 100_000, others: 10_000, rounds: 2 },
};
type Sizes = (typeof sizes)[Size];

/** (u) What happens to a product reaches the open carts that it lies in. */
export const hearing: Question = {
  letter: 'u',
  title: 'A product that lies in a hundred thousand open carts sells out',
  async measure(bench: Bench, size: Size): Promise<Finding> {
    const of = sizes[size];
    const shop = await BenchShop.open(bench, 'hearing');
    await shop.startRouter();
    const opened = await openCarts(bench, shop, of);
    const before = await callsSoFar(shop);
    const first = await soldOut(shop, of);
    const calls = callsBetween(before, await callsSoFar(shop));
    const told = (calls.get('SignalWorkflowExecution') ?? 0) / of.carts;
    const rates = await inTurn(of.rounds, {
      kairos: () => soldOut(shop, of),
      bare: () => signalled(shop, of),
    });
    const figure = ratioOf(rates.kairos, rates.bare);
    const kept = await keptOnce(bench, shop, of);
    await bench.endParts();
    return {
      lines: [
        {
          ...{ what: 'Carts told a second against bare signals to the same runs', figure },
          aim: { words: 'at least 0.5', isMet: figure.median >= 0.5 },
        },
        perSecond('Carts told, from the report over HTTP to the last signal', [first, ...rates.kairos]),
        perSecond('Bare signals', rates.bare),
        {
          ...{ what: 'Signals for each cart that has it', figure: spreadOf([told]) },
          aim: { words: 'exactly 1', isMet: told === 1 },
        },
        perSecond('Carts opened, from the first event over HTTP to the last start', [opened]),
        perSecond('Open runs that the keeper compared with Temporal', [kept]),
      ],
      notes: notesOf(of),
    };
  },
};

/** The server tells of what was called a second ago. */
async function callsSoFar({ temporal }: BenchShop): Promise<Map<string, number>> {
  await pause(2_000);
  return temporalCalls(temporal.metricsUrl, 'default');
}

const notesOf = ({ carts, others }: Sizes) => [
  `${carts.toLocaleString('en-US')} runs that are asleep hold a cart with the product, ${others.toLocaleString('en-US')} one with another. One report says that it is sold out; each run is told by a signal of its own, which does not wake it.`,
  'Bare: a client signals the same runs with as many fields, as many at once as the dispatcher does; which they are it reads beforehand, and it notes nothing.',
  'The keeper looks at all of them, one after the other, as it does every minute; all go on in Temporal.',
];

/** Answers how many a second were opened. */
async function openCarts(bench: Bench, shop: BenchShop, { carts, others }: Sizes): Promise<number> {
  const at = new Date(bench.clock.realNow().getTime() - 3_600_000).toISOString();
  await addPeople(shop.database, { count: carts + others, at });
  await report(shop, 9);
  await shop.untilRouted();
  await shop.database.sql`analyze`;
  const added = Array.from({ length: carts + others }, (_, n) => ({
    ...{ type: 'track', event: 'Product Added', userId: `person-${n + 1}` },
    properties: { sku: n < carts ? 'kettle' : 'pan', price: 30 },
  }));
  const rate = await rateOf(carts + others, async () => {
    await shop.post(added);
    await shop.untilDispatched();
  });
  await shop.database.sql`analyze`;
  return rate;
}

/** It is on the shelf, and then it is not: how many carts are told a second. */
async function soldOut(shop: BenchShop, { carts }: Sizes): Promise<number> {
  const { sql } = shop.database;
  await report(shop, 9);
  await shop.untilRouted();
  return rateOf(carts, async () => {
    await report(shop, 0);
    await shop.untilRouted();
    await until('the last cart', async () => (await sql`select from product_news limit 1`).length === 0);
    await shop.untilDispatched();
  });
}

let reported = 0;

async function report(shop: BenchShop, available: number): Promise<void> {
  reported += 1;
  const response = await fetch(`${shop.api}/v1/events`, {
    method: 'POST',
    headers: { authorization: 'Bearer dev-admin-key', 'content-type': 'application/cloudevents+json' },
    body: JSON.stringify({
      ...{ specversion: '1.0', source: '/bench', type: 'stock.changed', id: `u-${reported}` },
      ...{ subject: 'kettle', data: { available } },
    }),
  });
  if (response.status !== 202) throw new Error(`The report was answered ${response.status}.`);
}

/** The same number of signals to the same runs, by a client alone. */
async function signalled({ database, temporal }: BenchShop, { carts }: Sizes): Promise<number> {
  const runs = await database.sql<{ workflowId: string }[]>`
    select r.workflow_id as "workflowId" from runs r join run_products p on p.run_id = r.id
    where p.sku = 'kettle' order by r.id`;
  if (runs.length !== carts) throw new Error(`There are ${runs.length} carts, not ${carts}.`);
  const said = { seq: 1, kind: 'event', eventId: 'bare', name: 'soldOut', at: 0, carries: { units: 0 } };
  return rateOf(carts, () =>
    inLanes(runs, ({ workflowId }) => temporal.client.workflow.getHandle(workflowId).signal('bare', said)),
  );
}

/** One round of the keeper's over all open runs. */
async function keptOnce(bench: Bench, shop: BenchShop, { carts, others }: Sizes): Promise<number> {
  const { database, temporal } = shop;
  const place = atTheBeginning();
  const parts = { sql: database.sql, client: temporal.client, clock: bench.clock, log: silentLog };
  return rateOf(carts + others, async () => {
    do await keepOnce({ ...parts, onDispatches: () => {} }, place);
    while (place.open !== null);
  });
}
