import { drawOf, holdoutOf } from '../../src/domain/holdout.ts';
import type { Bench } from '../bench.ts';
import { listeningPage, type ListeningPage } from '../listening-page.ts';
import { residentMb } from '../process-figures.ts';
import type { Finding, Question, Size } from '../question.ts';
import { BenchShop } from '../shop.ts';
import { quantile, spreadOf } from '../statistics.ts';

const visitor = 'browser-of-the-probes';
const goal = 1_000;

/** (q) From an event to the page of the visitor whom it concerns. */
export const onsite: Question = {
  letter: 'q',
  title: 'From a restock over HTTP to the page of a visitor who is on the site',
  async measure(bench: Bench, size: Size): Promise<Finding> {
    const [probes, few, many] = size === 'tiny' ? [3, 1, 20] : [100, 10, 2_000];
    const shop = await BenchShop.open(bench, 'onsite');
    const api = await bench.kairos('api', shop.env);
    await bench.kairos('router', shop.env);
    await bench.kairos('worker', shop.env);
    const at = { api: api.url, shop };
    await seed(shop, 2 * probes);
    const page = await listeningPage(api.url, visitor);
    const others = await crowd(api.url, 0, few);
    const quiet = await latencies(at, page, skus(0, probes));
    const before = await residentMb(api.pid);
    others.push(...(await crowd(api.url, few, many)));
    const crowded = await latencies(at, page, skus(probes, 2 * probes));
    const perPageKb = (((await residentMb(api.pid)) - before) * 1_024) / (many - few);
    for (const each of [page, ...others]) each.close();
    await bench.endParts();
    const of = (some: number[], share: number) => spreadOf([quantile(some, share)]);
    const line = (what: string, some: number[], share: number) => {
      return { what, figure: of(some, share), unit: 'ms' as const };
    };
    const p95 = quantile(crowded, 0.95);
    return {
      lines: [
        {
          what: `${many} pages listening against ${few}, medians`,
          figure: spreadOf([quantile(crowded, 0.5) / quantile(quiet, 0.5)]),
        },
        line(`${few} pages listening, median`, quiet, 0.5),
        line(`${few} pages listening, 95th percentile`, quiet, 0.95),
        line(`${many} pages listening, median`, crowded, 0.5),
        {
          ...line(`${many} pages listening, 95th percentile`, crowded, 0.95),
          aim: { words: 'under 1 second', isMet: p95 < goal },
        },
      ],
      notes: [
        `${probes} restocks each, one after the other, each of a product for which one visitor waits whom nobody knows: ` +
          'router, a new run of `backInStock`, a wave, the gate, the database, the stream; no browser. Each is closed before the next.',
        `A page that listens takes about ${Math.max(0, Math.round(perPageKb))} KB of the process that holds its stream.`,
      ],
    };
  },
};

const skus = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => `cup-${from + n}`);

async function crowd(api: string, from: number, to: number): Promise<ListeningPage[]> {
  const pages: ListeningPage[] = [];
  for (let n = from; n < to; n += 50) {
    const some = Array.from({ length: Math.min(50, to - n) }, (_, k) => listeningPage(api, `other-${n + k}`));
    pages.push(...(await Promise.all(some)));
  }
  return pages;
}

/** Milliseconds from each report to the page, sorted. */
async function latencies(
  at: { api: string; shop: BenchShop },
  page: ListeningPage,
  of: readonly string[],
): Promise<number[]> {
  const took: number[] = [];
  for (const sku of of) {
    const from = performance.now();
    const shown = nextMessage(page);
    await report(at.api, sku, 5);
    const id = await shown;
    took.push(performance.now() - from);
    const gone = nextList(page, (ids) => ids.length === 0);
    await post(`${at.api}/v1/onsite/${id}/dismissed`, 'dev-write-key', { anonymousId: visitor });
    await gone;
  }
  return took.sort((a, b) => a - b);
}

async function nextMessage(page: ListeningPage): Promise<string> {
  return (await nextList(page, (ids) => ids.length > 0))[0]!;
}

function nextList(page: ListeningPage, fits: (ids: string[]) => boolean): Promise<string[]> {
  return new Promise((found) => {
    page.onList = (ids) => {
      if (fits(ids)) found(ids);
    };
  });
}

/** One visitor whom the holdout spares, who waits for every product; all are sold out, and nobody is capped. */
async function seed(shop: BenchShop, products: number): Promise<void> {
  const { sql } = shop.database;
  const at = new Date(performance.timeOrigin + performance.now() - 86_400_000).toISOString();
  const { salt, share } = holdoutOf('backInStock', 0.1);
  let armKey = 'visitor';
  while (drawOf(salt, armKey) < share) armKey += '+';
  await sql`
    insert into customers (id, arm_key, created_at) values (md5('visitor')::uuid, ${armKey}, ${at}::timestamptz)`;
  await sql`
    insert into customer_ids (kind, external_id, customer_id, at)
    values ('anonymous', ${visitor}, md5('visitor')::uuid, ${at}::timestamptz)`;
  await sql`
    insert into waiting_entries (id, list, customer_id, sku, since, state)
    select md5('entry ' || sku)::uuid, 'viewed-while-sold-out', md5('visitor')::uuid, sku, ${at}::timestamptz, 'waiting'
    from unnest(${skus(0, products)}::text[]) sku`;
  for (const sku of skus(0, products)) await report(shop.api, sku, 0);
  const caps = { helpAndOffer: [], offer: [] };
  await post(`${shop.api}/v1/settings`, 'dev-admin-key', { caps }, 'PUT');
  await shop.untilRouted();
}

async function report(api: string, sku: string, available: number): Promise<void> {
  const time = new Date(performance.timeOrigin + performance.now()).toISOString();
  const id = `${sku}-${available}`;
  const event = { specversion: '1.0', id, source: '/bench', type: 'stock.changed', subject: sku };
  await post(`${api}/v1/events`, 'dev-admin-key', { ...event, time, data: { available } });
}

async function post(url: string, key: string, body: object, method = 'POST'): Promise<void> {
  const type = url.endsWith('/events') ? 'application/cloudevents+json' : 'application/json';
  const headers = { authorization: `Bearer ${key}`, 'content-type': type };
  const response = await fetch(url, { method, headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
}
