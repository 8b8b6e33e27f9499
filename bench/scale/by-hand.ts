import type { Segment } from '../../src/define/segment.ts';
import { windowShoppers } from '../../src/segments/window-shoppers.ts';
import { cartLeft, goneQuiet, highValue, looksAround, worthAMail } from './segments.ts';

/** A segment, and what somebody who knows these tables and their indexes would write for it by hand. */
export interface Contest {
  what: string;
  segment: Segment;
  /** Gives `customer_id`, `holds` and `next_at` as `evaluate` does; `$1` is the moment of the question. */
  byHand: string;
  /** The members alone, without a word on when to look again. */
  membersByHand: string;
}

const daysAgo = (days: number) => `$1::timestamptz - interval '${days} days'`;

/** By hand it is not even asked who was erased or joined to another, which Kairos leaves out. */
export const contests: readonly Contest[] = [
  {
    what: 'Three or more looks at products in 30 days',
    segment: looksAround,
    byHand: `
      select customer_id, true as holds, min(occurred_at) + interval '30 days' as next_at
      from customer_events where name = 'Product Viewed' and occurred_at > ${daysAgo(30)}
      group by customer_id having count(*) >= 3`,
    membersByHand: `
      select customer_id from customer_events where name = 'Product Viewed' and occurred_at > ${daysAgo(30)}
      group by customer_id having count(*) >= 3`,
  },
  {
    what: 'Spent 200 or more in 365 days',
    segment: highValue,
    byHand: `
      select customer_id, true as holds, min(ordered_at) + interval '365 days' as next_at
      from orders where cancelled_at is null and currency = 'USD' and ordered_at > ${daysAgo(365)}
      group by customer_id having sum(value_minor - refunded_minor) >= 20000`,
    membersByHand: `
      select customer_id from orders where cancelled_at is null and currency = 'USD' and ordered_at > ${daysAgo(365)}
      group by customer_id having sum(value_minor - refunded_minor) >= 20000`,
  },
  {
    what: 'Last looked at a product more than 60 days ago',
    segment: goneQuiet,
    byHand: `
      select customer_id, max(occurred_at) <= ${daysAgo(60)} as holds,
        case when max(occurred_at) > ${daysAgo(60)} then max(occurred_at) + interval '60 days' end as next_at
      from customer_events where name = 'Product Viewed' group by customer_id`,
    membersByHand: `
      select customer_id from customer_events where name = 'Product Viewed'
      group by customer_id having max(occurred_at) <= ${daysAgo(60)}`,
  },
  {
    what: 'Put something into the cart in 30 days and did not order after it',
    segment: cartLeft,
    byHand: `
      select customer_id, true as holds, added + interval '30 days' as next_at from (
        select customer_id, max(occurred_at) filter (where name = 'Product Added') as added,
          max(occurred_at) filter (where name = 'Order Completed') as ordered
        from customer_events where name in ('Product Added', 'Order Completed') and occurred_at > ${daysAgo(30)}
        group by customer_id) d
      where added is not null and (ordered is null or added >= ordered)`,
    membersByHand: `
      select customer_id from customer_events
      where name in ('Product Added', 'Order Completed') and occurred_at > ${daysAgo(30)} group by customer_id
      having max(occurred_at) filter (where name = 'Product Added')
        >= coalesce(max(occurred_at) filter (where name = 'Order Completed'), '-infinity')`,
  },
  {
    what: 'May be mailed, and ordered twice in a year or is gold, and did not ask for support in 30 days',
    segment: worthAMail,
    byHand: `
      with mailable as (
        select customer_id from (
          select distinct on (customer_id) customer_id, state from consents
          where channel = 'email' and topic = '' order by customer_id, at desc) c where state = 'granted'),
      buyers as (
        select customer_id, min(ordered_at) + interval '365 days' as until from orders
        where cancelled_at is null and ordered_at > ${daysAgo(365)} group by customer_id having count(*) >= 2),
      unhappy as (
        select customer_id, max(occurred_at) + interval '30 days' as until from customer_events
        where name = 'Support Requested' and occurred_at > ${daysAgo(30)} group by customer_id)
      select c.id as customer_id, u.customer_id is null as holds,
        case when u.customer_id is not null then u.until when c.traits -> 'tier' ->> 'value' = 'gold' then null else b.until end as next_at
      from customers c join mailable m on m.customer_id = c.id left join buyers b on b.customer_id = c.id
        left join unhappy u on u.customer_id = c.id
      where c.merged_into is null and c.erased_at is null
        and (b.customer_id is not null or c.traits -> 'tier' ->> 'value' = 'gold')`,
    membersByHand: `
      select c.id as customer_id from customers c
      where c.merged_into is null and c.erased_at is null
        and c.id in (select customer_id from (
          select distinct on (customer_id) customer_id, state from consents
          where channel = 'email' and topic = '' order by customer_id, at desc) s where state = 'granted')
        and (c.traits -> 'tier' ->> 'value' = 'gold' or c.id in (
          select customer_id from orders where cancelled_at is null and ordered_at > ${daysAgo(365)}
          group by customer_id having count(*) >= 2))
        and not exists (select from customer_events e
          where e.customer_id = c.id and e.name = 'Support Requested' and e.occurred_at > ${daysAgo(30)})`,
  },
  {
    what: 'The ready-made window shoppers: three looks in 30 days, nothing into the cart, no order',
    segment: windowShoppers,
    byHand: `
      with lookers as (
        select customer_id, min(occurred_at) filter (where name = 'Product Viewed') as looked,
          max(occurred_at) filter (where name = 'Product Added') as added
        from customer_events where name in ('Product Viewed', 'Product Added') and occurred_at > ${daysAgo(30)}
        group by customer_id having count(*) filter (where name = 'Product Viewed') >= 3),
      buyers as (
        select customer_id, max(ordered_at) as ordered from orders
        where cancelled_at is null and ordered_at > ${daysAgo(30)} group by customer_id)
      select l.customer_id, added is null and ordered is null as holds,
        interval '30 days' + case when added is null and ordered is null then looked else greatest(added, ordered) end as next_at
      from lookers l left join buyers b using (customer_id)`,
    membersByHand: `
      select customer_id from customer_events e
      where name in ('Product Viewed', 'Product Added') and occurred_at > ${daysAgo(30)}
        and not exists (select from orders o
          where o.customer_id = e.customer_id and o.cancelled_at is null and o.ordered_at > ${daysAgo(30)})
      group by customer_id
      having count(*) filter (where name = 'Product Viewed') >= 3 and count(*) filter (where name = 'Product Added') = 0`,
  },
];
