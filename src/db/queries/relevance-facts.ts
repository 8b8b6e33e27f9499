import type { PendingQuery, Row, Sql, TransactionSql } from 'postgres';
import type { Predicate } from '../../define/predicate-data.ts';
import { longestHelpRequest, type ProductState } from '../../domain/relevance.ts';
import type { NamedProduct } from '../../domain/sku-of.ts';
import { spanMs } from '../../domain/span.ts';
import { evaluation } from './evaluate-predicate.ts';

/** What relevance asks the database about; all of it may be nothing. */
export interface RelevanceQuestion {
  products: readonly NamedProduct[];
  /** Also about those of the run's cart: some items do not say here what they are. */
  ofCart: boolean;
  /** What has to hold of the customer. */
  predicates: readonly Predicate[];
  /** Whether an open request for help matters. */
  help: boolean;
}

/** What there is to say to it. Times in epoch milliseconds. */
export interface RelevanceRow {
  products: ProductState[];
  helpSince: number | null;
  /** In the order of the predicates. */
  holds: boolean[];
  orderDeliveredAt: number | null;
}

type Fragment = PendingQuery<Row[]>;

/** Whom it is asked about: the customer `c` of the statement around it. */
export interface RelevanceOf {
  /** The customers of the statement. */
  who: readonly string[];
  now: Date;
  /** From when on a purchase counts: a column of the statement around it. */
  since: Fragment;
  /** The key of the run, an order's id perhaps; null: it has none. */
  key: Fragment | null;
  /**
   * A query of the products asked about: `sku` and `product_id`, each perhaps null; null: about none. Where all customers
   * are asked about the same, `asked`: the statement has `productsMeant` under this name.
   */
  products: Fragment | 'asked' | null;
}

/** All that relevance looks at, as one column of the gate's statement: JSON (`RelevanceRow`). */
export function relevanceFacts(
  sql: Sql | TransactionSql,
  question: Pick<RelevanceQuestion, 'predicates' | 'help'>,
  of: RelevanceOf,
): Fragment {
  const holds = question.predicates.map((predicate) => holdsFor(sql, predicate, of));
  return sql`jsonb_build_object(
    'products', ${productsOf(sql, of)},
    'helpSince', ${question.help ? helpSince(sql, of) : sql`null`},
    'holds', ${holds.length === 0 ? sql`'[]'::jsonb` : sql`jsonb_build_array(${holds.reduce((all, one) => sql`${all}, ${one}`)})`},
    'orderDeliveredAt', ${
      of.key === null
        ? sql`null`
        : sql`(select extract(epoch from o.delivered_at) * 1000 from orders o
                where o.order_id = ${of.key} and o.customer_id = c.id)`
    })`;
}

/** Asked once for all customers of the statement, as a set. */
function holdsFor(sql: Sql | TransactionSql, predicate: Predicate, { who, now }: RelevanceOf): Fragment {
  return sql`c.id in (select w.customer_id from (${evaluation(sql, predicate, { who, now })}) w where w.holds)`;
}

/** Products that a question names, as a query of them; null: it names none. */
export function askedProducts(
  sql: Sql | TransactionSql,
  products: RelevanceQuestion['products'],
): Fragment | null {
  if (products.length === 0) return null;
  return sql`select a.sku, a.product_id from unnest(${products.map(({ sku }) => sku)}::text[],
    ${products.map(({ productId }) => productId)}::text[]) as a (sku, product_id)`;
}

/** Those of the cart of the run `r` of the customer `c`, as a query that ends in its conditions. */
export function productsOfCart(sql: Sql | TransactionSql): Fragment {
  return sql`select l ->> 'sku', l ->> 'productId' from carts k, jsonb_array_elements(k.lines) l
    where k.customer_id = c.id and k.key = r.key`;
}

/** What becomes of the products for a customer, where all are asked about the same: nearly all have bought none of them. */
function productsAlike(sql: Sql | TransactionSql, since: Fragment): Fragment {
  const said = (bought: Fragment, delivered: Fragment) => sql`
    jsonb_agg(jsonb_build_object('sku', n.sku, 'productId', n.product_id, 'units', n.units, 'category', n.category,
      'boughtAt', ${bought}, 'deliveredAt', ${delivered}))`;
  return sql`coalesce(case when exists (
      select from purchases l where l.customer_id = c.id and l.sku = any(array(select n.meant from asked n)))
    then (select ${said(sql`extract(epoch from b.bought_at) * 1000`, sql`extract(epoch from b.delivered_at) * 1000`)}
      from asked n left join lateral (${purchasesSince(sql, since)}) b on true)
    else (select ${said(sql`null`, sql`null`)} from asked n) end, '[]')`;
}

/** Of the customer `c` and a product `n`. */
const purchasesSince = (sql: Sql | TransactionSql, since: Fragment): Fragment => sql`
  select max(l.ordered_at) filter (where l.ordered_at >= ${since}) as bought_at,
    max(l.delivered_at) filter (where l.delivered_at >= ${since}) as delivered_at
  from purchases l
  where l.customer_id = c.id and l.sku = n.meant`;

/** The products of a question as they are now, for a statement that asks about the same of many customers. */
export function productsMeant(sql: Sql | TransactionSql, products: RelevanceQuestion['products']): Fragment {
  return meantOf(
    sql,
    askedProducts(sql, products) ?? sql`select null::text as sku, null::text as product_id where false`,
  );
}

/** Which sku is meant is found as everywhere: the `sku`, else that of the product with this id, else the id itself. */
const meantOf = (sql: Sql | TransactionSql, products: Fragment): Fragment => sql`
  select n.*, s.units, p.category
  from (
    select a.sku, a.product_id, coalesce(a.sku,
      (select q.sku from products q where q.product_id = a.product_id order by q.sku limit 1), a.product_id) as meant
    from (${products}) a) n
  left join lateral (select x.units from stock x where x.sku = n.meant offset 0) s on true
  left join lateral (select x.category from products x where x.sku = n.meant offset 0) p on true
  where n.meant is not null`;

function productsOf(sql: Sql | TransactionSql, { since, products }: RelevanceOf): Fragment {
  if (products === null) return sql`'[]'::jsonb`;
  if (products === 'asked') return productsAlike(sql, since);
  return sql`coalesce((
    select jsonb_agg(jsonb_build_object('sku', n.sku, 'productId', n.product_id, 'units', n.units, 'category', n.category,
        'boughtAt', extract(epoch from b.bought_at) * 1000, 'deliveredAt', extract(epoch from b.delivered_at) * 1000))
    from (${meantOf(sql, products)}) n
    left join lateral (${purchasesSince(sql, since)}) b on true), '[]')`;
}

/** Since when the newest request for help has been open: of one ticket, or where tickets are not named, the next word ends it. */
function helpSince(sql: Sql | TransactionSql, { now }: RelevanceOf): Fragment {
  const after = new Date(now.getTime() - spanMs(longestHelpRequest));
  const ticket = (of: Fragment) => sql`${of}.properties ->> 'ticket_id'`;
  return sql`(
    select extract(epoch from max(q.occurred_at)) * 1000 from customer_events q
    where q.customer_id = c.id and q.name = 'Support Requested' and q.occurred_at > ${after}
      and not exists (
        select from customer_events a
        where a.customer_id = c.id and a.name = 'Support Resolved' and a.occurred_at >= q.occurred_at
          and (a.occurred_at, a.seq) > (q.occurred_at, q.seq)
          and coalesce(${ticket(sql`a`)} = ${ticket(sql`q`)}, true)))`;
}
