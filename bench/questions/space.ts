import type { Bench } from '../bench.ts';
import type { Finding, Question, Size } from '../question.ts';
import { keptSegments } from '../scale/kept-segments.ts';
import { scaleShops, type ScaleShop } from '../scale/scale-shop.ts';
import { segments } from '../scale/segments.ts';
import { spreadOf } from '../statistics.ts';

/** (m) What a customer takes on disk. */
export const space: Question = {
  letter: 'm',
  title: 'Space per customer',
  sharesBench: true,
  async measure(bench: Bench, size: Size): Promise<Finding> {
    const { small, large } = await scaleShops(bench, size);
    for (const shop of [small, large]) await keptSegments(bench, shop);
    const [few, many] = [await bytesOf(small), await bytesOf(large)];
    const bytes = (value: number) => ({ figure: spreadOf([value]), unit: 'bytes' as const });
    const perCustomer = (all: typeof many, { customers }: ScaleShop) =>
      sum(all.map((one) => one.bytes)) / customers;
    const ofFacts = many.find(({ name }) => name === 'customer_events')!;
    const ofMemberships = many.find(({ name }) => name === 'memberships')!;
    return {
      lines: [
        {
          what: `At ${large.customers.toLocaleString('en-US')} customers against ${small.customers.toLocaleString('en-US')}`,
          figure: spreadOf([perCustomer(many, large) / perCustomer(few, small)]),
        },
        { what: 'A customer', ...bytes(perCustomer(many, large)) },
        ...many.map((one) => ({ what: `A customer: ${one.name}`, ...bytes(one.bytes / large.customers) })),
        { what: 'A fact', ...bytes(ofFacts.bytes / large.facts) },
        { what: 'A membership', ...bytes(ofMemberships.bytes / ofMemberships.rows) },
      ],
      notes: [
        `Tables with their indexes, as PostgreSQL counts them, over ${large.customers.toLocaleString('en-US')} customers with ` +
          `${large.facts / large.customers} facts each and ${segments.length} segments: ` +
          `${(ofMemberships.rows / large.customers).toFixed(1)} memberships each, those among them who will join by time alone.`,
        'Accepted events, which are kept for some time only, message ids, runs and deliveries come on top.',
      ],
    };
  },
};

const sum = (values: readonly number[]) => values.reduce((all, value) => all + value, 0);

const kept = [
  ...['customers', 'customer_ids', 'customer_events', 'orders', 'order_lines', 'consents', 'carts'],
  ...['memberships', 'segments'],
];

async function bytesOf({ database: { sql } }: ScaleShop) {
  return sql<{ name: string; bytes: number; rows: number }[]>`
    select relname as name, pg_total_relation_size(oid)::float8 as bytes, greatest(reltuples, 1)::float8 as rows
    from pg_class where relkind = 'r' and relname = any(${kept}::text[]) and relnamespace = 'public'::regnamespace
      and pg_total_relation_size(oid) > 0
    order by 2 desc`;
}
