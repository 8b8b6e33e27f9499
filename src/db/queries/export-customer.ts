import type { PendingQuery, Row, TransactionSql } from 'postgres';
import { addressHashes } from '../../domain/address-hash.ts';
import { rejectionsOf } from './erase-rejections.ts';
import { personalNames, withJoined, type PersonalNames } from './erased-people.ts';

/** All that is held about somebody, by sections. */
export interface ExportedPerson {
  /** Their customer's id, and those of all who were joined to them. */
  people: readonly string[];
  names: PersonalNames;
  /** Of their addresses: by these it is known where they are not written to. */
  addressHashes: readonly string[];
}

/** Tables whose rows name a customer, as the export calls them, and the order in which it gives their rows. */
const tables = {
  ids: { table: 'customer_ids', order: 'at, kind, external_id' },
  consents: { table: 'consents', order: 'at, id' },
  facts: { table: 'customer_events', order: 'seq' },
  carts: { table: 'carts', order: 'key' },
  orders: { table: 'orders', order: 'ordered_at, order_id' },
  orderLines: { table: 'order_lines', order: 'ordered_at, order_id, sku' },
  contacts: { table: 'contacts', order: 'at, event_id' },
  endings: { table: 'endings', order: 'name, key' },
  memberships: { table: 'memberships', order: 'segment, generation' },
  dateStarts: { table: 'date_starts', order: 'name' },
  waitingEntries: { table: 'waiting_entries', order: 'since, id' },
  runs: { table: 'runs', order: 'opened_at, id' },
  deliveries: { table: 'deliveries', order: 'at, id' },
  pushSubscriptions: { table: 'push_subscriptions', order: 'created_at, id' },
  onsiteMessages: { table: 'onsite_messages', order: 'placed_at, delivery_id' },
} as const;

type Section = (tx: TransactionSql, person: ExportedPerson) => PendingQuery<Row[]>;

/** Every section, with how its rows are read. */
export const exportSections: Readonly<Record<string, Section>> = {
  customers: (tx, { people }) => tx`
    select * from customers where id = any(${[...people]}::uuid[]) order by merged_into nulls first, id`,
  ...Object.fromEntries(
    Object.entries(tables).map(([name, { table, order }]): [string, Section] => [
      name,
      (tx, { people }) => tx`
        select * from ${tx(table)} where customer_id = any(${[...people]}::uuid[]) order by ${tx.unsafe(order)}`,
    ]),
  ),
  events: (tx, { people }) => tx`
    select e.* from customer_events f join events e on e.seq = f.seq
    where f.customer_id = any(${[...people]}::uuid[]) order by f.seq`,
  unrouted: (tx, { names: { ids } }) => tx`
    select e.* from events e where e.seq in (
      select seq from unrouted where user_id = any(${ids}::text[])
      union select seq from unrouted where anonymous_id = any(${ids}::text[])
      union select seq from unrouted where previous_id = any(${ids}::text[]))
    order by e.seq`,
  onsiteStreams: (tx, { people }) => tx`
    select s.* from customer_ids i join onsite_streams s on s.anonymous_id = i.external_id
    where i.customer_id = any(${[...people]}::uuid[]) and i.kind = 'anonymous' order by s.opened_at, s.id`,
  codes: (tx, { people }) => tx`
    select c.* from deliveries d join codes c on c.delivery_id = d.id
    where d.customer_id = any(${[...people]}::uuid[]) order by c.assigned_at, c.code`,
  suppressions: (tx, { addressHashes: hashes }) => tx`
    select * from suppressions where address_hash = any(${[...hashes]}::text[]) order by at, id`,
  rejections: (tx, { names }) => tx`
    select * from rejections where id in (${rejectionsOf(tx, names)}) order by id`,
};

/** The tables that the export reads by their customers. */
export const exportedTables: readonly string[] = Object.values(tables).map(({ table }) => table);

/** Who is meant by a customer's id. */
export async function exportedPerson(
  tx: TransactionSql,
  customerId: string,
  secret: string,
): Promise<ExportedPerson> {
  const people = await withJoined(tx, [customerId]);
  const traits = await tx<{ email: unknown; phone: unknown }[]>`
    select traits #> '{email,value}' as email, traits #> '{phone,value}' as phone
    from customers where id = any(${people}::uuid[])`;
  const hashes = traits.flatMap((one) => {
    const { email, phone } = addressHashes(one, secret);
    return [email, phone].filter((hash) => hash !== null);
  });
  return { people, names: await personalNames(tx, people), addressHashes: [...new Set(hashes)] };
}

/** A section's rows, some at a time, with the names and numbers of JSON. */
export async function* exportedRows(
  tx: TransactionSql,
  section: Section,
  person: ExportedPerson,
): AsyncGenerator<Record<string, unknown>[]> {
  for await (const rows of section(tx, person).cursor(rowsAtOnce)) yield rows.map(shown);
}

const rowsAtOnce = 500;
/** PostgreSQL's bigint, which the driver reads as a text. Ours are exact in JSON. */
const bigints: readonly string[] = ['seq', 'eventSeq', 'valueMinor', 'refundedMinor'];

function shown(row: Row): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(row).map(([column, value]: [string, unknown]) => {
      const name = column.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
      return [name, bigints.includes(name) && value !== null ? Number(value) : value];
    }),
  );
}
