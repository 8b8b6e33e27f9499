import type { ISql } from 'postgres';
import { newestConsents } from '../db/queries/newest-consents.ts';
import { oneTrait } from '../db/queries/one-trait.ts';
import { tallyHappenings, type Tally } from '../db/queries/tally-happenings.ts';
import type {
  ConsentPredicate,
  DidPredicate,
  OrderedPredicate,
  ReachablePredicate,
  TraitPredicate,
} from '../define/predicate-data.ts';
import { interestsTrait } from '../define/predicate-tree.ts';
import { cutText } from '../domain/cut-text.ts';
import { minorDigits } from '../domain/money.ts';

/** A question without parts. */
export type AskedLeaf =
  TraitPredicate | DidPredicate | OrderedPredicate | ConsentPredicate | ReachablePredicate;

/** Characters of a trait's JSON that are shown. */
const longestTrait = 100;

interface Of {
  customerId: string;
  now: Date;
}

/** What is known of a customer that answers a question, in a few words. */
export async function foundFor(sql: ISql, leaf: AskedLeaf, of: Of): Promise<string> {
  switch (leaf.kind) {
    case 'trait':
      return traitFound(sql, leaf.trait, of);
    case 'reachable':
      return traitFound(sql, leaf.channel === 'email' ? 'email' : 'phone', of);
    case 'consent':
      return consentFound(sql, leaf, of);
    case 'did':
      return didFound(sql, leaf, of);
    case 'ordered': {
      const tally = await tallyHappenings(sql, leaf, of);
      return leaf.spent ? sayMoney(tally.total, leaf.spent.currency) : sayTally(tally, leaf.which);
    }
  }
}

async function didFound(sql: ISql, leaf: DidPredicate, of: Of): Promise<string> {
  const tally = await tallyHappenings(sql, leaf, of);
  const done = leaf.sum ? String(tally.total) : sayTally(tally, leaf.which);
  if (leaf.about?.kind !== 'topic') return done;
  return `${done}; ${await traitFound(sql, interestsTrait, of)}`;
}

async function traitFound(sql: ISql, name: string, { customerId }: Of): Promise<string> {
  const found = await oneTrait(sql, customerId, name);
  return found === null
    ? `${name} is not known`
    : `${name} is ${sayTrait(found.value)}, ${found.origin} on ${found.at.slice(0, 10)}`;
}

function sayTrait(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length <= longestTrait ? text : `${cutText(text, longestTrait)}…`;
}

async function consentFound(
  sql: ISql,
  { channel, topic }: ConsentPredicate,
  { customerId }: Of,
): Promise<string> {
  const said = await newestConsents(sql, customerId, { channel, topic });
  if (said.length === 0) return 'never asked';
  return said
    .map(
      ({ state, topic, at, source }) =>
        `${topic === '' ? channel : topic} ${state} on ${dayOf(at)} (${source})`,
    )
    .join('; ');
}

function sayTally({ times, firstAt, lastAt }: Tally, which: DidPredicate['which']): string {
  if (which !== 'any') {
    const at = which === 'first' ? firstAt : lastAt;
    return at === null ? 'never' : `${which} on ${dayOf(at)}`;
  }
  const last = lastAt === null ? '' : `, last on ${dayOf(lastAt)}`;
  if (times === 0) return lastAt === null ? 'never' : `not then${last}`;
  return `${times === 1 ? 'once' : `${times} times`}${last}`;
}

const dayOf = (at: Date): string => at.toISOString().slice(0, 10);

const sayMoney = (minor: number, currency: string): string => {
  const digits = minorDigits(currency);
  return `${(minor / 10 ** digits).toFixed(digits)} ${currency}`;
};
