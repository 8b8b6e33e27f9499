import type { TransactionSql } from 'postgres';
import type { DropRule, Price } from '../../domain/price-drop.ts';
import { isDropFrom } from './is-drop-from.ts';
import type { PriceLine } from './known-prices.ts';

/**
 * Whether a price is still a drop to anybody who waits in a line for it, by what they knew when they were gathered. Of a
 * line in which nobody waits it is.
 */
export async function isDropToAny(
  tx: TransactionSql,
  { list, subject }: PriceLine,
  price: { now: Price; rule: DropRule },
): Promise<boolean> {
  const waits = tx`select from waiting_entries w where w.list = ${list} and w.sku = ${subject} and w.state = 'waiting'`;
  const known = { minor: tx`w.seen_minor`, currency: tx`w.seen_currency` };
  const [row] = await tx<{ holds: boolean }[]>`
    select not exists (${waits}) or exists (${waits} and ${isDropFrom(tx, known, price)}) as holds`;
  return row!.holds;
}
