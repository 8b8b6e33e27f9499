/**
 * The other side of a universal event: what happens to a product also reaches journeys that wait and say so.
 *
 * A batch only writes down which products were crossed and which open runs are about which (both nothing where no
 * journey hears of products); the telling is work that is due, in slices (see `tellOfProducts`): a product that lies in
 * a hundred thousand carts holds nobody up. A batch is judged by what it came to: stock that fell and rose again within
 * it has crossed nothing.
 */
import type { TransactionSql } from 'postgres';
import { productStates } from '../db/queries/product-states.ts';
import { saveProductNews, type ProductHappened } from '../db/queries/product-news.ts';
import { keepRunProducts } from '../db/queries/run-products.ts';
import type { AcceptedEvent } from './event.ts';
import { isProductCrossed, type ProductState } from './product-state.ts';
import type { ResolvedPeople } from './resolve-people.ts';
import type { RoutingContext } from './route-batch.ts';

/** What was known of the products that a batch reports, before it. */
export interface ProductsBefore {
  reports: readonly AcceptedEvent[];
  states: ReadonlyMap<string, ProductState>;
}

const reportOf = { stock: 'stock.changed', price: 'price.changed' } as const;

/** Looks before the batch has its effect on the world; a look-up only where some journey hears of products. */
export async function lookAtProducts(
  tx: TransactionSql,
  { hearers }: RoutingContext,
  universal: readonly AcceptedEvent[],
): Promise<ProductsBefore> {
  const names = new Set([...hearers.crossings.values()].map(({ of }) => reportOf[of] as string));
  const reports = universal.filter(({ name }) => names.has(name ?? ''));
  return { reports, states: await productStates(tx, skusOf(reports)) };
}

/**
 * Keeps what the runs are about, and what has happened to it: once the batch has had its effect on world and runs.
 * Answers how much some runs are to be told.
 */
export async function routeProductNews(
  tx: TransactionSql,
  context: RoutingContext,
  { reports, states }: ProductsBefore,
  people: ResolvedPeople | null,
): Promise<number> {
  const { versions } = context.hearers;
  if (versions.length === 0) return 0;
  if (people !== null) {
    const customerIds = [
      ...new Set([...people.owned.map(({ customerId }) => customerId), ...people.merged.into]),
    ];
    await keepRunProducts(tx, { customerIds, versions });
  }
  const after = await productStates(tx, skusOf(reports));
  return saveProductNews(tx, happened(context, { reports, before: states, after }));
}

function happened(
  { hearers }: RoutingContext,
  of: {
    reports: readonly AcceptedEvent[];
    before: ReadonlyMap<string, ProductState>;
    after: ReadonlyMap<string, ProductState>;
  },
): ProductHappened[] {
  return skusOf(of.reports).flatMap((sku) => {
    const before = of.before.get(sku)!;
    const after = of.after.get(sku)!;
    return [...hearers.crossings].flatMap(([key, crossing]): ProductHappened[] => {
      if (!isProductCrossed(crossing, before, after)) return [];
      const { id, occurredAt } = newest(of.reports, sku, reportOf[crossing.of])!;
      const from = crossing.of === 'price' ? before.price : null;
      return [{ sku, crossing: key, eventId: id, at: occurredAt, before: from }];
    });
  });
}

const skusOf = (reports: readonly AcceptedEvent[]) => [...new Set(reports.map(({ subject }) => subject!))];

function newest(reports: readonly AcceptedEvent[], sku: string, name: string): AcceptedEvent | undefined {
  return reports
    .filter((event) => event.subject === sku && event.name === name)
    .reduce<AcceptedEvent | undefined>(
      (last, one) => (last && last.occurredAt > one.occurredAt ? last : one),
      undefined,
    );
}
