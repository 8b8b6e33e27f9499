import type { TransactionSql } from 'postgres';

/** How far the dates of a journey have been reckoned for everybody. */
export interface DateReckoning {
  name: string;
  definition: string;
  zone: string;
  nextDefinition: string | null;
  nextZone: string | null;
  upTo: string | null;
  reckonedAt: Date | null;
  /** When a router with the definition that counts was last at work; real time. */
  tendedAt: Date;
}

export async function loadReckonings(
  tx: TransactionSql,
  names: readonly string[],
): Promise<Map<string, DateReckoning>> {
  const rows = await tx<DateReckoning[]>`
    select name, definition, zone, next_definition as "nextDefinition", next_zone as "nextZone", up_to as "upTo",
           reckoned_at as "reckonedAt", tended_at as "tendedAt"
    from date_reckonings where name = any(${[...names]})`;
  return new Map(rows.map((row) => [row.name, row]));
}

/** Begins with the first customer. */
export async function beginReckoning(
  tx: TransactionSql,
  by: { name: string; definition: string; zone: string; realNow: Date },
): Promise<void> {
  await tx`
    insert into date_reckonings (name, definition, zone, next_definition, next_zone, total, tended_at)
    values (${by.name}, '', '', ${by.definition}, ${by.zone}, (select count(*) from customers), ${by.realNow})
    on conflict (name) do update set
      next_definition = excluded.next_definition, next_zone = excluded.next_zone, up_to = null, done = 0,
      total = excluded.total, tended_at = excluded.tended_at`;
}

/** The customers that come after one, in the order of their ids. Those who were joined to others are among them. */
export async function customersAfter(
  tx: TransactionSql,
  upTo: string | null,
  limit: number,
): Promise<string[]> {
  const after = upTo === null ? tx`` : tx`where id > ${upTo}`;
  const rows = await tx<{ id: string }[]>`select id from customers ${after} order by id limit ${limit}`;
  return rows.map(({ id }) => id);
}

/** Records that a router with the definition that counts is at work. */
export async function tendReckonings(
  tx: TransactionSql,
  names: readonly string[],
  realNow: Date,
): Promise<void> {
  await tx`update date_reckonings set tended_at = ${realNow} where name = any(${[...names]})`;
}

export async function advanceReckoning(
  tx: TransactionSql,
  name: string,
  { upTo, done }: { upTo: string; done: number },
): Promise<void> {
  await tx`update date_reckonings set up_to = ${upTo}, done = done + ${done} where name = ${name}`;
}

/** Everybody has been reckoned. */
export async function finishReckoning(tx: TransactionSql, name: string, at: Date): Promise<void> {
  await tx`
    update date_reckonings set
      definition = next_definition, zone = next_zone, next_definition = null, next_zone = null, up_to = null,
      total = done, reckoned_at = ${at}
    where name = ${name}`;
}

/** Forgets the journeys that there are no more: if one comes back, its dates have changed meanwhile. */
export async function forgetReckonings(tx: TransactionSql, names: readonly string[]): Promise<void> {
  await tx`delete from date_reckonings where name <> all(${[...names]}::text[])`;
}
