import type { TransactionSql } from 'postgres';
import { eraseEvents } from '../db/queries/erase-events.ts';
import { renameForgotten } from '../db/queries/erase-runs.ts';
import { withJoined } from '../db/queries/erased-people.ts';
import { beingForgotten, noteForgotten } from '../db/queries/forgetting.ts';
import type { DueWork } from './due.ts';

/** At most so many customers are looked at in a turn. */
const customersAtOnce = 50;
/** Events are taken away so many times faster than what else becomes due: that costs little, and somebody waits for it. */
const eventsPerTurn = 10;

/** Takes away what is left of erased customers, a bounded part in each turn, and notes of whom nothing is left. */
export const forgetErased: DueWork = async (tx, { clock }, limit) => {
  const customerIds = await beingForgotten(tx, customersAtOnce);
  if (customerIds.length === 0) return { done: 0, dispatches: 0 };
  const people = await withJoined(tx, customerIds);
  const asked = { customerIds, people, at: clock.now(), limit: limit * eventsPerTurn };
  const erased = await forget(tx, asked);
  return { done: Math.floor(erased / eventsPerTurn), dispatches: 0 };
};

/** A part of it; answers how many events were taken away: as many as the limit, and there may be more. */
export async function forget(
  tx: TransactionSql,
  asked: { customerIds: readonly string[]; people: readonly string[]; at: Date; limit: number },
): Promise<number> {
  const erased = await eraseEvents(tx, asked.people, asked.limit);
  await renameForgotten(tx, asked.people);
  await noteForgotten(tx, asked.customerIds, asked.at);
  return erased;
}
