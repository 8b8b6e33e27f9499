import type { TransactionSql } from 'postgres';
import { addressOf, type TraitValues } from '../../domain/address.ts';
import type { Channel } from '../../domain/task-queues.ts';

/** Under which ids some customers are to be erased. */
export interface ErasedIds {
  /** Internal ones. */
  customers: readonly string[];
  users: readonly string[];
  anonymous: readonly string[];
}

/**
 * The customers who have these ids now, locked, as everybody locks several, in the order of their ids: who was joined
 * to another is that one. Nobody who was erased before has an id, and an internal one of theirs finds nobody.
 */
export async function lockErased(tx: TransactionSql, asked: ErasedIds): Promise<string[]> {
  const found = await tx<{ id: string }[]>`
    with recursive lineage (id, merged_into) as (
      select id, merged_into from customers where id in (
        select unnest(${[...asked.customers]}::uuid[])
        union all
        select customer_id from customer_ids where kind = 'user' and external_id = any(${[...asked.users]}::text[])
        union all
        select customer_id from customer_ids
        where kind = 'anonymous' and external_id = any(${[...asked.anonymous]}::text[]))
      union
      select c.id, c.merged_into from customers c join lineage l on c.id = l.merged_into)
    select id from lineage where merged_into is null`;
  const rows = await tx<{ id: string }[]>`
    select id from customers where id = any(${found.map(({ id }) => id)}::uuid[]) and erased_at is null
    order by id for update`;
  return rows.map(({ id }) => id);
}

/** These customers and all who were ever joined to them: their rows still have what they had before. */
export async function withJoined(tx: TransactionSql, customerIds: readonly string[]): Promise<string[]> {
  const rows = await tx<{ id: string }[]>`
    with recursive people (id) as (
      select unnest(${[...customerIds]}::uuid[])
      union
      select c.id from customers c join people p on c.merged_into = p.id)
    select id from people`;
  return rows.map(({ id }) => id);
}

/** By what a person may be named where no customer's id stands: the ids of the shop's, and where they are reached. */
export interface PersonalNames {
  ids: string[];
  /** Only what is an address at all: anybody may state anything as theirs, also what stands in everybody's messages. */
  emails: string[];
  /** As it was stated, and in E.164. */
  phones: string[];
}

/** Fewer digits than these stand in too much that is no telephone number. */
const phoneDigits = 7;

/** The names of some people, those of them that are texts. */
export async function personalNames(tx: TransactionSql, people: readonly string[]): Promise<PersonalNames> {
  const rows = await tx<{ kind: 'id' | 'email' | 'phone'; name: string }[]>`
    select 'id' as kind, external_id as name from customer_ids where customer_id = any(${[...people]}::uuid[])
    union
    select t.name, c.traits -> t.name ->> 'value'
    from customers c, (values ('email'), ('phone')) as t (name)
    where c.id = any(${[...people]}::uuid[]) and jsonb_typeof(c.traits -> t.name -> 'value') in ('string', 'number')`;
  const of = (kind: (typeof rows)[number]['kind']) =>
    rows.filter((row) => row.kind === kind).map(({ name }) => name);
  return {
    ids: of('id'),
    emails: [...new Set(of('email').flatMap((email) => reached('email', { email })))],
    phones: [...new Set(of('phone').flatMap((phone) => [...asStated(phone), ...reached('sms', { phone })]))],
  };
}

function reached(channel: Channel, traits: TraitValues): string[] {
  const address = addressOf(channel, traits);
  return 'to' in address ? [address.to] : [];
}

function asStated(phone: string): string[] {
  const isPhone = /^[\d\s+()./-]+$/.test(phone) && phone.replace(/\D/g, '').length >= phoneDigits;
  return isPhone ? [phone.trim()] : [];
}
