import type { ISql, PendingQuery, Row } from 'postgres';
import { regexes } from 'zod';
import type { ReachablePredicate, TraitPredicate } from '../../define/predicate-data.ts';
import { dateLeaf } from './evaluate-predicate-dates.ts';
import type { Asked, CompiledLeaf } from './evaluate-predicate-leaf.ts';
import { json, valueIs } from './evaluate-predicate-values.ts';

type Fragment = PendingQuery<Row[]>;

export function traitLeaf(sql: ISql, { trait, origin, test }: TraitPredicate, asked: Asked): CompiledLeaf {
  const value = sql`(t.traits -> ${trait}::text -> 'value')`;
  const ofOrigin = origin === null ? sql`` : sql`and t.traits -> ${trait}::text ->> 'origin' = ${origin}`;
  switch (test.is) {
    case 'day':
    case 'date':
      return dateLeaf(sql, { trait, origin }, test, asked);
    case 'has':
      return { kind: 'plain', holds: sql`(${value} @> ${json(sql, test.value)} ${ofOrigin})` };
    case 'known':
    case 'one-of':
    case 'at-least':
    case 'at-most':
    case 'above':
    case 'below':
      return { kind: 'plain', holds: sql`(${valueIs(sql, value, test)} ${ofOrigin})` };
  }
}

/**
 * Whether there is an address. For e-mail as `domain/address.ts` has it. A phone number is looser here: a plus and 7 to
 * 15 digits, whether or not that country has numbers of such a length.
 */
export function reachableLeaf(sql: ISql, { channel }: ReachablePredicate): CompiledLeaf {
  const text = (name: string): Fragment =>
    sql`case when jsonb_typeof(t.traits -> ${name}::text -> 'value') = 'string' then btrim(t.traits -> ${name}::text ->> 'value') end`;
  switch (channel) {
    case 'email':
      return {
        kind: 'plain',
        holds: sql`(length(${text('email')}) <= 254 and ${text('email')} ~ ${regexes.rfc5322Email.source})`,
      };
    case 'sms':
    case 'whatsapp':
      return {
        kind: 'plain',
        holds: sql`(regexp_replace(${text('phone')}, '[ ().-]', '', 'g') ~ '^\\+[1-9][0-9]{6,14}$')`,
      };
  }
}
