import type { CartLine } from '../../domain/cart.ts';
import { isPlain } from '../../domain/safe-name.ts';
import type { CartItem } from '../../projections/cart.ts';
import type { Sql } from '../connect.ts';

/**
 * What is in the cart of the run's customer and key now, without the words: a Temporal history holds ids, quantities
 * and amounts only. Null when there is no such run, empty when there is no such cart.
 */
export async function cartItems(sql: Sql, runId: string): Promise<CartItem[] | null> {
  const [run] = await sql<{ lines: CartLine[] | null }[]>`
    select carts.lines from runs
    left join carts on carts.customer_id = runs.customer_id and carts.key = runs.key
    where runs.id = ${runId}`;
  return run ? (run.lines ?? []).map(itemOf) : null;
}

function itemOf({ line, sku, productId, quantity, priceMinor, currency }: CartLine): CartItem {
  return { line, sku: plain(sku), productId: plain(productId), quantity, priceMinor, currency };
}

/** What a browser calls an id may be anything: words stay here, and the line's own name stands for them. */
const plain = (id: string | null) => (id !== null && isPlain(id) ? id : null);
