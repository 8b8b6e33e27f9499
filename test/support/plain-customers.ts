import type { Sql } from '../../src/db/connect.ts';
import type { PlainCustomer } from './plain-evaluation.ts';

/** Everybody, with all that is known of them, as the tables have it. */
export async function plainCustomers(sql: Sql): Promise<PlainCustomer[]> {
  const ms = (at: Date | null) => at?.getTime() ?? null;
  const [people, events, orders, lines, consents, products, settings] = await Promise.all([
    sql<{ id: string; traits: PlainCustomer['traits'] }[]>`
      select id, traits from customers where merged_into is null and erased_at is null`,
    sql`select seq::int, customer_id, name, occurred_at, properties from customer_events`,
    sql`select * from orders`,
    sql`select order_id, sku from order_lines`,
    sql`select * from consents`,
    sql<PlainCustomer['products'][number][]>`select sku, product_id as "productId", category from products`,
    sql`select value ->> 'timezone' as zone from settings where scope = 'shop'`,
  ]);
  return people.map(({ id, traits }) => ({
    ...{ id, traits, products, shopZone: (settings[0]?.['zone'] as string | undefined) ?? 'UTC' },
    events: events
      .filter((row) => row['customer_id'] === id)
      .map((row) => ({
        seq: row['seq'] as number,
        name: row['name'] as string | null,
        at: ms(row['occurred_at'] as Date)!,
        properties: (row['properties'] ?? {}) as Record<string, unknown>,
      })),
    orders: orders
      .filter((row) => row['customer_id'] === id)
      .map((row) => ({
        valueMinor: Number(row['value_minor']),
        refundedMinor: Number(row['refunded_minor']),
        currency: row['currency'] as string,
        orderedAt: ms(row['ordered_at'] as Date)!,
        cancelledAt: ms(row['cancelled_at'] as Date | null),
        shippedAt: ms(row['shipped_at'] as Date | null),
        deliveredAt: ms(row['delivered_at'] as Date | null),
        isPlaced: ms(row['reported_at'] as Date)! > 0,
        skus: lines
          .filter((line) => line['order_id'] === row['order_id'])
          .map((line) => line['sku'] as string),
      })),
    consents: consents
      .filter((row) => row['customer_id'] === id)
      .map((row) => ({
        channel: row['channel'] as string,
        topic: row['topic'] as string,
        state: row['state'] as 'granted' | 'denied',
        at: ms(row['at'] as Date)!,
      })),
  }));
}
