import type { PendingQuery, Row, TransactionSql } from 'postgres';
import { unusualDigits } from '../../domain/money.ts';
import type { DropRule, Price } from '../../domain/price-drop.ts';
import { boughtBefore } from './bought-before.ts';
import { insertGathered, type Gathering } from './gatherings.ts';
import { isDropFrom } from './is-drop-from.ts';
import { toldPrice } from './known-prices.ts';
import { isAmount, namesSku } from './price-seen.ts';
import { priceInForce } from './prices-at.ts';
import { isLook, lookedAt } from './sku-looks.ts';

type Fragment = PendingQuery<Row[]>;

/** To whom a price is a drop. */
export interface DearerQuestion {
  now: Price;
  rule: DropRule;
  /** Looks from before do not count. */
  lookedSince: Date;
  /** Of prices that came without one. */
  shopCurrency: string;
}

/**
 * Puts everybody into a line to whom the price of its product is a drop, by the last price that they saw or were told:
 * who looked last foremost. In one pass over the looks at that product.
 */
export async function gatherDearer(
  tx: TransactionSql,
  gathering: Gathering,
  question: DearerQuestion,
): Promise<number> {
  return insertGathered(tx, gathering, dearerQuery(tx, gathering, question));
}

/** The statement, for whoever wants to explain it. */
export function dearerQuery(
  tx: TransactionSql,
  line: Gathering,
  { now, rule, lookedSince, shopCurrency }: DearerQuestion,
): Fragment {
  const { subject, at } = line;
  const looks = lastLooks(tx, { subject, lookedSince, at, shopCurrency });
  return tx`
    select k.customer_id, k.seen_at, k.seen_minor, k.seen_currency
    from (
      select l.customer_id, l.occurred_at as seen_at,
        case when t.ended_at is null then l.minor else t.told_minor end as seen_minor,
        case when t.ended_at is null then l.currency else t.seen_currency end as seen_currency
      from (${looks}) l
      left join lateral (${toldPrice(tx, { list: line.list, subject }, tx`l.customer_id`)}) t on t.ended_at >= l.occurred_at
    ) k
    where ${isDropFrom(tx, { minor: tx`k.seen_minor`, currency: tx`k.seen_currency` }, { now, rule })}
      and exists (select from customers c where c.id = k.customer_id and c.erased_at is null)
      and ${boughtBefore(tx, { customer: tx`k.customer_id`, sku: tx`${subject}::text`, lookedAt: tx`k.seen_at` })} is null`;
}

/** Of each customer the last look whose price is known: as the event says it, else the one in force then. */
function lastLooks(
  tx: TransactionSql,
  {
    subject,
    lookedSince,
    at,
    shopCurrency,
  }: Pick<DearerQuestion, 'lookedSince' | 'shopCurrency'> & {
    subject: string;
    at: Date;
  },
): Fragment {
  // What the index of looks finds is checked as `pricesSeen` does.
  const found = tx`
    select l.customer_id, l.occurred_at, l.seq,
      case when l.properties ->> 'currency' ~ '^[A-Za-z]{3}$' then upper(l.properties ->> 'currency') else ${shopCurrency}::text end as said_currency,
      case when ${isAmount(tx)} then (l.properties ->> 'price')::numeric end as said
    from customer_events l
    where ${isLook(tx)}
      and ${lookedAt(tx)} = any(array(
        select ${subject}::text
        union all select p.product_id from products p where p.sku = ${subject} and p.product_id is not null))
      and l.occurred_at between ${lookedSince} and ${at} and ${namesSku(tx, subject)}`;
  const inForce = priceInForce(tx, { sku: tx`${subject}::text`, at: tx`l.occurred_at` });
  // What a look says is reckoned once (`offset 0` keeps it so), and the price in force asked only where it says nothing.
  return tx`
    select distinct on (l.customer_id) l.customer_id, l.occurred_at, coalesce(l.minor, f.price_minor) as minor,
      case when l.minor is null then f.currency else l.said_currency end as currency
    from (
      select s.customer_id, s.occurred_at, s.seq, s.said_currency, ${inMinor(tx)} as minor
      from (${found} offset 0) s offset 0
    ) l
    left join lateral (
      select p.* from (select where l.minor is null) asked cross join lateral (${inForce}) p) f on true
    where l.minor is not null or f.price_minor is not null
    order by l.customer_id, l.occurred_at desc, l.seq desc`;
}

/** As `toMinor` has it; null for less than nothing. */
const inMinor = (tx: TransactionSql): Fragment => tx`
  case when s.said >= 0 and s.said < 1e13 then round(s.said * 10::numeric ^
    coalesce((${tx.json(unusualDigits())}::jsonb ->> s.said_currency)::int, 2))::bigint end`;
