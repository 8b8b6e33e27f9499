import type { Sql } from 'postgres';

/** An order of one product, as routing writes it. */
export interface Ordered {
  orderId: string;
  customerId: string;
  sku: string;
  at: Date;
  deliveredAt?: Date | null;
  cancelledAt?: Date | null;
}

/** Writes orders; of one with several products only the first says when it was delivered or cancelled. */
export async function ordered(sql: Sql, ...orders: readonly Ordered[]): Promise<void> {
  for (const { orderId, customerId, sku, at, deliveredAt = null, cancelledAt = null } of orders) {
    await sql`
      insert into orders (order_id, customer_id, value_minor, currency, ordered_at, delivered_at, cancelled_at, reported_at)
      values (${orderId}, ${customerId}, 100, 'EUR', ${at}, ${deliveredAt}, ${cancelledAt}, ${at})
      on conflict (order_id) do nothing`;
    await sql`
      insert into order_lines (order_id, sku, customer_id, ordered_at) values (${orderId}, ${sku}, ${customerId}, ${at})`;
  }
}
