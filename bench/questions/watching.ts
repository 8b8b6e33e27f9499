import { setTimeout as pause } from 'node:timers/promises';
import type { Bench } from '../bench.ts';
import { processorMs } from '../process-figures.ts';
import type { BenchProcess } from '../process.ts';
import type { Finding, Line, Question, Size } from '../question.ts';
import { addPeople } from '../sending/people.ts';
import { BenchShop } from '../shop.ts';
import { quantile, spreadOf } from '../statistics.ts';
import { callsBetween, temporalCalls } from '../temporal-calls.ts';
import { until } from '../until.ts';

const sizes = {
  tiny: { watched: 20, others: 80, perSecond: 50, seconds: 3, matterPerSecond: 2 },
  full: { watched: 10_000, others: 90_000, perSecond: 1_000, seconds: 60, matterPerSecond: 5 },
};
type Sizes = (typeof sizes)[Size];

/** What is posted at once, so often a second; and what is asked of the queue, so often. */
const postsPerSecond = 10;
const lookEveryMs = 200;

/** (s) Products under watch, and reports of stock that mostly change nothing. */
export const watching: Question = {
  letter: 's',
  title: 'Ten thousand products under watch, and a thousand reports of stock a second of which few matter',
  async measure(bench: Bench, size: Size): Promise<Finding> {
    const of = sizes[size];
    const shop = await BenchShop.open(bench, 'watching');
    const sandbox = await bench.kairos('sandbox', { DATABASE_URL: shop.database.url });
    const router = await bench.kairos('router', shop.env);
    await bench.kairos('worker', { ...shop.env, KAIROS_SANDBOX_URL: sandbox.url });
    await seed(shop, of);
    const before = await temporalCalls(shop.temporal.metricsUrl, 'default');
    const measured = await aMinute(shop, router, of);
    const matter = of.matterPerSecond * of.seconds;
    const calls = callsBetween(before, await temporalCalls(shop.temporal.metricsUrl, 'default'));
    await bench.endParts();
    return { lines: linesOf(of, { ...measured, calls, matter }), notes: notesOf(of, matter, calls) };
  },
};

interface Measured {
  /** Age of the oldest accepted event that had not taken effect, at each look, milliseconds, sorted. */
  agesMs: number[];
  /** Of a core, 0 to 1. */
  routerShare: number;
  postedPerSecond: number;
}

function linesOf(
  of: Sizes,
  {
    agesMs,
    routerShare,
    postedPerSecond,
    calls,
    matter,
  }: Measured & { calls: ReadonlyMap<string, number>; matter: number },
): Line[] {
  const told = (calls.get('SignalWorkflowExecution') ?? 0) + (calls.get('StartWorkflowExecution') ?? 0);
  const age = (share: number) => spreadOf([Math.max(1, quantile(agesMs, share))]);
  const worst = quantile(agesMs, 0.99);
  return [
    {
      what: `Starts and signals for each report that matters (${matter} of ${of.perSecond * of.seconds})`,
      figure: spreadOf([told / matter]),
      aim: { words: 'exactly 1', isMet: told === matter },
    },
    {
      ...{ what: 'Age of the oldest report without effect, 99th percentile', figure: age(0.99), unit: 'ms' },
      aim: { words: 'under 1,000 ms', isMet: worst < 1_000 },
    },
    { what: 'The same, median', figure: age(0.5), unit: 'ms' },
    { what: 'The same, at its greatest', figure: age(1), unit: 'ms' },
    { what: 'Reports accepted', figure: spreadOf([postedPerSecond]), unit: 'per second' },
    { what: 'The router’s share of a core', figure: spreadOf([Math.max(0.01, routerShare)]) },
  ];
}

const notesOf = (of: Sizes, matter: number, calls: ReadonlyMap<string, number>) => [
  `${of.watched.toLocaleString('en-US')} sold-out products that \`backInStock\` watches, for each of which one customer waits, and ${of.others.toLocaleString('en-US')} products that are on the shelf. ` +
    `${of.perSecond} reports a second for ${of.seconds} s, over HTTP, ${of.perSecond / postsPerSecond} a request: other levels of what is on the shelf, none of what is sold out, and ${matter} restocks of watched products.`,
  `Calls to Temporal in that time but for long polls, those of the ${matter} waves among them: ${[...calls]
    .filter(([name]) => !name.startsWith('Poll'))
    .map(([name, count]) => `${name} ${count}`)
    .join(', ')}.`,
];

const watchedSku = (n: number) => `watched-${n}`;
const otherSku = (n: number) => `other-${n}`;

/** Everything is on the shelf once; then what is watched is sold out, and somebody waits for each: that costs Temporal nothing. */
async function seed(shop: BenchShop, of: Sizes): Promise<void> {
  const { sql } = shop.database;
  const at = new Date(performance.timeOrigin + performance.now() - 86_400_000).toISOString();
  await addPeople(shop.database, { count: of.watched, at });
  await sql`
    insert into waiting_entries (id, list, customer_id, sku, since, state)
    select md5('entry ' || n)::uuid, 'viewed-while-sold-out', md5('person ' || n)::uuid, 'watched-' || n - 1,
      ${at}::timestamptz, 'waiting' from generate_series(1, ${of.watched}) n`;
  const watched = Array.from({ length: of.watched }, (_, n) => watchedSku(n));
  const others = Array.from({ length: of.others }, (_, n) => otherSku(n));
  await report(
    shop,
    [...watched, ...others].map((sku) => [sku, 9]),
  );
  await report(
    shop,
    watched.map((sku) => [sku, 0]),
  );
  await shop.untilDispatched();
  await sql`analyze`;
}

type Report = readonly [sku: string, available: number];

let reported = 0;

/** As fast as they are taken, a few hundred at a time. */
async function report(shop: BenchShop, reports: readonly Report[]): Promise<void> {
  for (let from = 0; from < reports.length; from += 200)
    await postReports(shop, reports.slice(from, from + 200));
}

async function postReports(shop: BenchShop, reports: readonly Report[]): Promise<void> {
  const time = new Date(performance.timeOrigin + performance.now()).toISOString();
  const common = { specversion: '1.0', source: '/bench', type: 'stock.changed', time };
  const body = reports.map(([subject, available]) => {
    return { ...common, id: `r-${(reported += 1)}`, subject, data: { available } };
  });
  const response = await fetch(`${shop.api}/v1/events`, {
    method: 'POST',
    headers: { authorization: 'Bearer dev-admin-key', 'content-type': 'application/cloudevents-batch+json' },
    body: JSON.stringify(body),
  });
  const { accepted } = (await response.json()) as { accepted?: number };
  if (accepted !== reports.length) throw new Error(`Of ${reports.length} reports ${accepted} were accepted.`);
}

/** Posts at that rate, and looks all the while how old the oldest is that waits for routing. */
async function aMinute(shop: BenchShop, router: BenchProcess, of: Sizes): Promise<Measured> {
  const stop = new AbortController();
  const ages = agesOf(shop, stop.signal);
  const before = await processorMs(router.pid);
  const from = performance.now();
  for (let tick = 0; tick < of.seconds * postsPerSecond; tick += 1) {
    const due = from + (tick * 1_000) / postsPerSecond - performance.now();
    if (due > 0) await pause(due);
    await postReports(shop, reportsOf(tick, of));
  }
  const postedMs = performance.now() - from;
  await shop.untilDispatched();
  const routerMs = (await processorMs(router.pid)) - before;
  const ms = performance.now() - from;
  const { sql } = shop.database;
  const matter = of.matterPerSecond * of.seconds;
  const served = async () => (await sql`select from waves where ended_at is not null`).length >= matter;
  await until('the last wave', served);
  stop.abort();
  return {
    agesMs: (await ages).sort((a, b) => a - b),
    routerShare: routerMs / ms,
    postedPerSecond: (of.perSecond * of.seconds) / (postedMs / 1_000),
  };
}

/** A tenth of a second's reports: the restocks of that second in its first. */
function reportsOf(tick: number, of: Sizes): Report[] {
  const second = Math.floor(tick / postsPerSecond);
  const restocks = tick % postsPerSecond === 0 ? of.matterPerSecond : 0;
  return Array.from({ length: of.perSecond / postsPerSecond }, (_, n) => {
    if (n < restocks) return [watchedSku(second * of.matterPerSecond + n), 1];
    const draw = tick * 7_919 + n * 104_729;
    // Those that come back are the first of them; of the last, half keep being reported as sold out.
    if (n % 10 === 9) return [watchedSku(of.watched - 1 - (draw % Math.floor(of.watched / 2))), 0];
    return [otherSku(draw % of.others), 1 + (draw % 50)];
  });
}

async function agesOf({ database: { sql } }: BenchShop, stop: AbortSignal): Promise<number[]> {
  const ages: number[] = [];
  while (!stop.aborted) {
    const [oldest] = await sql<{ at: Date }[]>`
      select e.received_at as at from unrouted u join events e on e.seq = u.seq order by u.seq limit 1`;
    const now = performance.timeOrigin + performance.now();
    ages.push(oldest ? Math.max(0, now - oldest.at.getTime()) : 0);
    await pause(lookEveryMs);
  }
  return ages;
}
