import type { TransactionSql } from 'postgres';
import type { Sql } from '../../src/db/connect.ts';
import { eventsChannel } from '../../src/db/events-channel.ts';
import { acceptedMessageIds } from '../../src/db/queries/accepted-message-ids.ts';
import { insertEvents } from '../../src/db/queries/insert-events.ts';
import { knownUsers } from '../../src/db/queries/known-users.ts';
import { isDataError } from '../../src/db/unavailable.ts';
import type { ErrorCode } from '../../src/errors.ts';
import type { Item } from './item.ts';

/** What became of an item. */
export type Outcome = 'accepted' | 'duplicate' | { code: ErrorCode; detail: string };

/**
 * Commits items together, in order, and says what became of each. If the database refuses the values of one, the
 * items are halved until that one stands alone: the others are accepted as if it had not been there.
 * @throws whatever else the database says; some of the items may have been committed by then.
 */
export async function commitItems(
  sql: Sql,
  items: readonly Item[],
  options: { commitMs: number; onCommit: () => void },
): Promise<Map<Item, Outcome>> {
  if (items.length === 0) return new Map();
  try {
    const outcomes = await commitOnce(sql, items, options.commitMs);
    options.onCommit();
    return outcomes;
  } catch (error) {
    if (!isDataError(error)) throw error;
    if (items.length === 1) return new Map([[items[0]!, unstorable]]);
    const half = items.length >> 1;
    const first = await commitItems(sql, items.slice(0, half), options);
    const second = await commitItems(sql, items.slice(half), options);
    return new Map([...first, ...second]);
  }
}

const unstorable: Outcome = {
  code: 'unstorable-text',
  detail: 'The database refused a value of this message; the others of its batch were not touched by it.',
};

const needsAdmin: Outcome = {
  code: 'alias-needs-admin',
  detail: 'previousId and userId are both known users; joining two of them needs the admin key.',
};

async function commitOnce(sql: Sql, items: readonly Item[], commitMs: number): Promise<Map<Item, Outcome>> {
  return sql.begin(async (tx) => {
    // Goes out at once, and what follows goes out behind it: everybody in the queue waits for each way there and back.
    const bounded = tx`select set_config('statement_timeout', ${String(commitMs)}, true)`.execute();
    const [, outcomes] = await Promise.all([bounded, insertItems(tx, items)]);
    return outcomes;
  });
}

async function insertItems(tx: TransactionSql, items: readonly Item[]): Promise<Map<Item, Outcome>> {
  const refused = await aliasesThatNeedAdmin(tx, items);
  const first = new Map<string, Item>();
  for (const item of items) {
    if (!refused.has(item) && !first.has(nameOf(item))) first.set(nameOf(item), item);
  }
  const accepted = await insertEvents(
    tx,
    [...first.values()].map(({ event }) => event),
  );
  if (accepted.size > 0) await tx`select pg_notify(${eventsChannel}, '')`;
  const outcomeOf = (item: Item): Outcome => {
    if (refused.has(item)) return needsAdmin;
    return first.get(nameOf(item)) === item && accepted.has(item.event.id) ? 'accepted' : 'duplicate';
  };
  return new Map(items.map((item) => [item, outcomeOf(item)]));
}

/** What makes a message the same as another: its sender and the id they gave it. No text has a NUL in it. */
const nameOf = ({ event }: Item) => `${event.source ?? ''}\0${event.messageId}`;

/**
 * Aliases that came with a write key and would join two known users. Users that become known by an earlier item of
 * the same commit count. A repeat of an accepted alias is a duplicate, whatever is known by now.
 */
async function aliasesThatNeedAdmin(tx: TransactionSql, items: readonly Item[]): Promise<Set<Item>> {
  const aliases = new Set(items.filter(({ event }) => event.kind === 'alias' && !event.admin));
  if (aliases.size === 0) return new Set();
  const ids = [...aliases].flatMap(({ event }) => [event.previousId!, event.userId!]);
  const known = await knownUsers(tx, ids);
  const repeated = await acceptedMessageIds(
    tx,
    [...aliases].map(({ event }) => event.messageId),
  );
  const refused = new Set<Item>();
  for (const item of items) {
    const { event } = item;
    if (aliases.has(item) && !repeated.has(event.messageId) && joinsTwo(known, event)) refused.add(item);
    else if (event.userId !== null && !known.has(event.userId)) known.set(event.userId, null);
  }
  return refused;
}

function joinsTwo(known: Map<string, string | null>, { previousId, userId }: Item['event']): boolean {
  if (previousId === userId || !known.has(previousId!) || !known.has(userId!)) return false;
  const customer = known.get(previousId!);
  return customer === null || customer !== known.get(userId!);
}
