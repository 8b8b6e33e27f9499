import type { TransactionSql } from 'postgres';
import type { PersonalNames } from './erased-people.ts';

/**
 * Takes away what was refused and is some people's: items with one of their ids where an id belongs, or in which one of
 * their addresses stands by itself anywhere, also those of which only the broken beginning was kept; with one set aside
 * by routing the event itself.
 */
export async function eraseRejections(tx: TransactionSql, names: PersonalNames): Promise<void> {
  await tx`
    with gone as (
      delete from rejections where id in (${rejectionsOf(tx, names)}) returning event_seq)
    delete from events where seq = any(array(select event_seq from gone))`;
}

/** A string of JSON, its quotes apart. */
const quoted = String.raw`((?:[^"\\]|\\.)*)"`;
const idNames = '(?:userId|anonymousId|previousId)';
/** Where an id stands in a JSON that could not be read, and in the words of a refusal. */
const idInJson = String.raw`"${idNames}"\s*:\s*(?:"${quoted}|(-?\d+))`;
const idInDetail = `(?:^|[ .])${idNames}: [^"]*got "${quoted}`;

/**
 * The ids of what was refused of some people's. Without an index: what is refused is little, and kept for days; and in
 * one pass, for an erasure asks it while nobody else routes. An id is looked for only where ids stand: anybody may be
 * called `properties`, and what names a field in everybody's messages names no person.
 */
export function rejectionsOf(tx: TransactionSql, { ids, emails, phones }: PersonalNames) {
  const escaped = [...new Set(ids.flatMap(asInJson))];
  const addresses = [...emails.flatMap(asInJson), ...phones].map(asciiLower);
  const patterns = addresses.map(standingAlone);
  return tx`
    select r.id from rejections r
    left join events e on e.seq = r.event_seq
    cross join lateral (
      select lower(concat(r.detail, ' ', r.item) collate "C") as words,
        coalesce(r.item ->> 'json', case jsonb_typeof(r.item) when 'string' then r.item #>> '{}' end) as json
      offset 0) said
    where r.item ->> 'userId' = any(${ids}::text[]) or r.item ->> 'anonymousId' = any(${ids}::text[])
      or r.item ->> 'previousId' = any(${ids}::text[])
      or e.user_id = any(${ids}::text[]) or e.anonymous_id = any(${ids}::text[])
      or e.previous_id = any(${ids}::text[])
      or exists (
        select from regexp_matches(${readable(tx)}, ${idInJson}::text, 'g') as found (id)
        where coalesce(found.id[1], found.id[2]) = any(${escaped}::text[]))
      or exists (
        select from regexp_matches(r.detail, ${idInDetail}::text, 'g') as found (id)
        where found.id[1] = any(${escaped}::text[]))
      or exists (
        select from unnest(${addresses}::text[], ${patterns}::text[]) as t (name, pattern)
        where position(t.name in said.words) > 0 and said.words ~ t.pattern)`;
}

/** The JSON of an item that could not be kept; of a broken line that was too long, it is that of a text. */
function readable(tx: TransactionSql) {
  return tx`case when said.json like '"%'
    then replace(replace(said.json, ${'\\"'}::text, '"'), ${'\\\\'}::text, ${'\\'}::text) else said.json end`;
}

/**
 * Finds an address where it is not the part of a longer one: `an@gmx.de` is neither in `stefan@gmx.de` nor in
 * `an@gmx.de.test`. A line's end before it is written as an escape sequence in JSON. A telephone number without its
 * country or a zero before it may be any number, or a date: it is one only where a phone is named.
 */
function standingAlone(address: string): string {
  const before = /@|^\+|^0[^.]/.test(address) ? notBefore : onlyPhone;
  return `${before}${address.replace(/[^\p{L}\p{N}]/gu, '\\$&')}[.-]*($|[^[:alnum:].-])`;
}
const notBefore = String.raw`(^|[^[:alnum:]._%+-]|\\[bfnrt])`;
const onlyPhone = String.raw`phone\\*"\s*:\s*(\\*")?`;

/** A text as it may stand in an item's JSON: of an item that could not be kept, its JSON is kept as a text. */
function asInJson(name: string): string[] {
  const escaped = (text: string) => JSON.stringify(text).slice(1, -1);
  return [...new Set([name, escaped(name), escaped(escaped(name))])];
}

/** As PostgreSQL does it by the collation "C", which is many times as fast as any other. */
const asciiLower = (text: string) => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
