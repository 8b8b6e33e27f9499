import { bounds } from '../../src/domain/bounds.ts';
import { catalogueSource, type UniversalData, type UniversalType } from '../../src/domain/universal-event.ts';
import type { Clock } from '../../src/clock.ts';
import type { Sql } from '../../src/db/connect.ts';
import { insertEvents, type NewEvent } from '../../src/db/queries/insert-events.ts';
import { upsertProducts } from '../../src/db/queries/upsert-products.ts';
import { newId } from '../../src/ids.ts';
import { eventsChannel } from '../../src/db/events-channel.ts';
import type { PutProduct } from './product.ts';

/**
 * Puts products into the catalogue and, in the same commit, what they say of stock and price into the one order of
 * events, as reports of the moment. Gives how many products changed. Put again, the same products say what is so
 * already, which has no effect.
 */
export async function putProducts(
  { sql, clock }: { sql: Sql; clock: Clock },
  products: readonly PutProduct[],
): Promise<number> {
  if (products.length === 0) return 0;
  return sql.begin(async (tx) => {
    await tx`select set_config('statement_timeout', ${String(bounds.commitMs)}, true)`;
    const changed = await upsertProducts(tx, products, clock.now());
    // Only now: who waited for another's put of the same product reports later than that one.
    const at = clock.now();
    const reports = products.flatMap(reportsOf).map((report) => eventOf(report, at, clock));
    await insertEvents(tx, reports);
    await tx`select pg_notify(${eventsChannel}, '')`;
    return changed.length;
  });
}

interface Report {
  sku: string;
  type: UniversalType;
  data: UniversalData[UniversalType];
}

function reportsOf({ sku, available, priceMinor, currency }: PutProduct): Report[] {
  const price: Report = { sku, type: 'price.changed', data: { priceMinor, currency } };
  if (available === null) return [price];
  return [{ sku, type: 'stock.changed', data: { available, location: '' } }, price];
}

function eventOf({ sku, type, data }: Report, at: Date, clock: Clock): NewEvent {
  const id = newId(clock);
  return {
    id,
    messageId: id,
    kind: 'universal',
    name: type,
    source: catalogueSource,
    subject: sku,
    userId: null,
    anonymousId: null,
    previousId: null,
    admin: true,
    body: { properties: { ...data } },
    occurredAt: at,
    receivedAt: at,
  };
}
