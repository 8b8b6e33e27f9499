import type { PendingQuery, Row, Sql, TransactionSql } from 'postgres';

type Fragment = PendingQuery<Row[]>;

/**
 * Whether an event `l` is a look at a product and so shows its price, word for word as the index of looks has it
 * (`customer_events_look`): said otherwise, PostgreSQL would not find it there.
 */
export const isLook = (sql: Sql | TransactionSql): Fragment => sql`
  l.name in ('Product Viewed', 'Product Added', 'Product Added to Wishlist', 'Product Wished')
  and l.properties is not null`;

/** What such an event names its product by, as the same index has it: the sku, else a product id. */
export const lookedAt = (sql: Sql | TransactionSql): Fragment => sql`
  coalesce(nullif(btrim(l.properties ->> 'sku'), ''), btrim(l.properties ->> 'product_id'))`;
