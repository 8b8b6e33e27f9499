/**
 * The other side of a universal event: what happens to a product also reaches journeys that wait and say so.
 *
 * A batch only writes down which products were crossed and which open runs are about which (both nothing where no
 * journey hears of products); the telling is work that is due, in slices (see `tellOfProducts`): a product that lies in
 * a hundred thousand carts holds nobody up. What is over by then, within the batch or after it, is told to nobody.
 */
import type { TransactionSql } from 'postgres';
import { saveProductNews, type ProductHappened } from '../db/queries/product-news.ts';
import { keepRunProducts } from '../db/queries/run-products.ts';
import type { ResolvedPeople } from './resolve-people.ts';
import type { RoutingContext } from './route-batch.ts';

/**
 * Keeps what the runs are about, and what has happened to it: once the batch has had its effect on world and runs.
 * Answers how much some runs are to be told.
 */
export async function routeProductNews(
  tx: TransactionSql,
  { hearers: { versions } }: RoutingContext,
  happened: readonly ProductHappened[],
  people: ResolvedPeople | null,
): Promise<number> {
  if (versions.length === 0) return 0;
  if (people !== null) {
    const customerIds = [
      ...new Set([...people.owned.map(({ customerId }) => customerId), ...people.merged.into]),
    ];
    await keepRunProducts(tx, { customerIds, versions });
  }
  return saveProductNews(tx, happened);
}
