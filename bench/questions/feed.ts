import { readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { bounds } from '../../src/domain/bounds.ts';
import type { Bench, BenchDatabase } from '../bench.ts';
import type { BenchProcess } from '../process.ts';
import { perSecond, type Finding, type Question, type Size } from '../question.ts';
import { ratioOf, spreadOf } from '../statistics.ts';
import { until } from '../until.ts';

/** (r) A feed of products of any length, beside the same rows inserted barely; and an API that is killed in its midst. */
export const feed: Question = {
  letter: 'r',
  title: 'A feed of a million products',
  async measure(bench: Bench, size: Size): Promise<Finding> {
    const [few, many] = size === 'tiny' ? [300, 3_000] : [100_000, 1_000_000];
    const small = await imported(bench, few);
    const large = await imported(bench, many);
    const bare = await insertedBarely(await bench.database('feed_bare'), few);
    const killed = await killedInTheMidst(bench, few);
    return {
      lines: [
        { what: 'Imported products a second against bare inserts', figure: ratioOf([small.rate], [bare]) },
        perSecond(`Products of a feed of ${few}`, [small.rate]),
        perSecond(`Products of a feed of ${many}`, [large.rate]),
        perSecond('Products inserted barely', [bare]),
        { what: `Peak memory of the API, ${few} products`, figure: spreadOf([small.peakMb]), unit: 'MB' },
        {
          ...{
            what: `Peak memory of the API, ${many} products`,
            figure: spreadOf([large.peakMb]),
            unit: 'MB',
          },
          aim: { words: 'as much', isMet: large.peakMb < small.peakMb * 1.5 },
        },
      ],
      notes: [
        'Each line has a price, a category and stock at two locations. Bare: the same lines, parsed and inserted into a ' +
          `table of the same columns and key, ${bounds.importWorldLines} a commit; without stock, prices or what they cost before.`,
        `An API killed with SIGKILL in the midst of ${few} and asked again with the same file had all of them at the end: ${killed}.`,
      ],
    };
  },
};

const product = (n: number) => ({
  ...{ sku: `sku-${n}`, product_id: `product-${n >> 2}`, title: `The product of number ${n}` },
  ...{ price: 5 + (n % 9_000) / 100, currency: 'EUR', category: `category ${n % 400}` },
  ...{ url: `https://shop.example/p/${n}`, image_url: `https://shop.example/i/${n}.jpg` },
  stock: ['north', 'south'].map((location) => ({ location, available: n % 17 })),
});

function* linesOf(count: number): Generator<string> {
  const atOnce = 200;
  for (let from = 0; from < count; from += atOnce) {
    const some = Array.from({ length: Math.min(atOnce, count - from) }, (_, n) => product(from + n));
    yield some.map((one) => `${JSON.stringify(one)}\n`).join('');
  }
}

function send(api: BenchProcess, count: number): Promise<Response> {
  return fetch(`${api.url}/v1/import/products?name=feed`, {
    method: 'POST',
    headers: { authorization: 'Bearer dev-admin-key' },
    body: Readable.toWeb(Readable.from(linesOf(count))),
    duplex: 'half',
  });
}

async function imported(bench: Bench, count: number): Promise<{ rate: number; peakMb: number }> {
  const database = await bench.database(`feed_${count}`);
  const api = await bench.kairos('api', { DATABASE_URL: database.url });
  const beganAt = performance.now();
  const answer = (await (await send(api, count)).json()) as { accepted?: number };
  const rate = (count * 1_000) / (performance.now() - beganAt);
  if (answer.accepted !== count) throw new Error(`Of ${count} products: ${JSON.stringify(answer)}`);
  const status = await readFile(`/proc/${api.pid}/status`, 'utf8');
  await api.stop();
  return { rate, peakMb: Number(/^VmHWM:\s+(\d+) kB/m.exec(status)![1]) / 1_024 };
}

async function insertedBarely({ sql }: BenchDatabase, count: number): Promise<number> {
  await sql`create table bare (like products including all)`;
  const beganAt = performance.now();
  let rows: unknown[] = [];
  const insert = async () => {
    await sql`
      insert into bare (sku, product_id, title, price_minor, currency, category, substitutes, url, image_url, reviews, updated_at)
      select sku, product_id, title, price * 100, currency, category, '{}', url, image_url, '[]', '2026-01-01'
      from jsonb_to_recordset(${JSON.stringify(rows)}::text::jsonb) as r (sku text, product_id text, title text,
        price numeric, currency text, category text, url text, image_url text)`;
    rows = [];
  };
  for (const lines of linesOf(count)) {
    for (const line of lines.trimEnd().split('\n')) rows.push(JSON.parse(line));
    if (rows.length >= bounds.importWorldLines) await insert();
  }
  if (rows.length > 0) await insert();
  return (count * 1_000) / (performance.now() - beganAt);
}

/** Gives in words how far it was when it was killed. */
async function killedInTheMidst(bench: Bench, count: number): Promise<string> {
  const database = await bench.database('feed_killed');
  const { sql } = database;
  const first = await bench.kairos('api', { DATABASE_URL: database.url });
  const broken = send(first, count).then(
    () => 'answered before it was killed',
    () => 'broken off',
  );
  await until('a part of the feed', async () => {
    const [row] = await sql<{ lines: number }[]>`select lines::int as lines from imports where name = 'feed'`;
    return (row?.lines ?? 0) > count / 4 || count <= bounds.importWorldLines;
  });
  process.kill(first.pid, 'SIGKILL');
  const how = await broken;
  const [at] = await sql<{ lines: number }[]>`select coalesce(max(lines), 0)::int as lines from imports`;
  const second = await bench.kairos('api', { DATABASE_URL: database.url });
  const answer = (await (await send(second, count)).json()) as { lines?: number; accepted?: number };
  const [kept] = await sql<{ products: number; prices: number; levels: number }[]>`
    select (select count(*)::int from products) as products, (select count(*)::int from price_history) as prices,
      (select count(*)::int from stock_levels) as levels`;
  await second.stop();
  if (
    answer.accepted !== count ||
    kept!.products !== count ||
    kept!.prices !== count ||
    kept!.levels !== 2 * count
  )
    throw new Error(`Of ${count} products: ${JSON.stringify({ answer, ...kept })}`);
  return `${how} at line ${at!.lines}`;
}
