import type { TransactionSql } from 'postgres';
import type { PersonalNames } from './erased-people.ts';

/** An id shorter than this says nothing by standing somewhere in a text: it counts only where an id belongs, or as a text by itself. */
const tellingLength = 6;

/**
 * Takes away what was refused and is some people's: items with one of their ids, or in which one of their ids or
 * addresses stands anywhere, also those of which only the broken beginning was kept; with one set aside by routing the
 * event itself.
 */
export async function eraseRejections(tx: TransactionSql, names: PersonalNames): Promise<void> {
  await tx`
    with gone as (
      delete from rejections where id in (${rejectionsOf(tx, names)}) returning event_seq)
    delete from events where seq = any(array(select event_seq from gone))`;
}

/** The ids of what was refused of some people's. Without an index: what is refused is little, and kept for days. */
export function rejectionsOf(tx: TransactionSql, { ids, addresses }: PersonalNames) {
  const telling = [
    ...ids.filter((id) => id.length >= tellingLength).flatMap(asInJson),
    ...addresses.flatMap(asInJson),
  ].map(asciiLower);
  const isAddress = new Set(addresses.flatMap(asInJson).map(asciiLower));
  const patterns = telling.map((name) => (isAddress.has(name) ? '' : aloneIn(name)));
  return tx`
    select r.id from rejections r
    left join events e on e.seq = r.event_seq
    cross join lateral (select lower(concat(r.detail, ' ', r.item) collate "C") as words offset 0) said
    where r.item ->> 'userId' = any(${ids}::text[]) or r.item ->> 'anonymousId' = any(${ids}::text[])
      or r.item ->> 'previousId' = any(${ids}::text[])
      or e.user_id = any(${ids}::text[]) or e.anonymous_id = any(${ids}::text[])
      or e.previous_id = any(${ids}::text[])
      or exists (
        select from unnest(${ids.map((id) => JSON.stringify(id))}::text[]) as q (id)
        where position(q.id in concat(r.detail, ' ', r.item ->> 'json')) > 0)
      or exists (
        select from unnest(${telling}::text[], ${patterns}::text[]) as t (name, pattern)
        where position(t.name in said.words) > 0 and (t.pattern = '' or said.words ~ t.pattern))`;
}

/** Finds an id where it is not the part of a longer one: `user-12` is not `user-123`. */
function aloneIn(name: string): string {
  return `(^|[^[:alnum:]])${name.replace(/[^\p{L}\p{N}]/gu, '\\$&')}($|[^[:alnum:]])`;
}

/** A text as it may stand in an item's JSON: of an item that could not be kept, its JSON is kept as a text. */
function asInJson(name: string): string[] {
  const escaped = (text: string) => JSON.stringify(text).slice(1, -1);
  return [...new Set([name, escaped(name), escaped(escaped(name))])];
}

/** As PostgreSQL does it by the collation "C", which is many times as fast as any other. */
const asciiLower = (text: string) => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
