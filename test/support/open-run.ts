import type { Clock } from '../../src/clock.ts';
import type { Database } from '../../src/db/connect.ts';
import { carts, customers, orders, runs } from '../../src/db/schema/index.ts';
import type { CartLine } from '../../src/domain/cart.ts';
import type { RunInput } from '../../src/domain/run-input.ts';
import { newId } from '../../src/ids.ts';

export interface OpenedRun {
  workflowId: string;
  customerId: string;
  input: RunInput;
}

/** A line of a cart with everything in it, also what may not stand in a history. */
export const teapot: CartLine = {
  line: 'teapot',
  sku: 'teapot',
  productId: null,
  variant: null,
  title: 'A teapot for two',
  url: 'https://shop.example/teapot',
  imageUrl: null,
  quantity: 1,
  priceMinor: 2_900,
  currency: 'EUR',
  addedAt: 0,
};

/** Writes what routing writes when a cart's first event opens a run: customer, cart, run. */
export async function openRun(
  { db }: Pick<Database, 'db'>,
  clock: Clock,
  wanted: { name?: string; device?: RunInput['first']['device']; lines?: CartLine[]; orders?: number } = {},
): Promise<OpenedRun> {
  const at = clock.now();
  const [id, customerId, key] = [newId(clock), newId(clock), `cart-${newId(clock).slice(-6)}`];
  const name = wanted.name ?? 'abandonedCart';
  const workflowId = `${name}/${customerId}/${key}/1`;
  const first = { at: at.getTime(), device: wanted.device ?? 'desktop' };
  await db.insert(customers).values({ id: customerId, armKey: customerId, createdAt: at });
  const row = { id, name, version: 1, customerId, key, n: 1, workflowId, first, settings: {} };
  await db.insert(runs).values({ ...row, carries: { cart_id: key }, openedAt: at, lastActivityAt: at });
  await db.insert(carts).values({ customerId, key, lines: wanted.lines ?? [teapot], lastActivityAt: at });
  for (let n = 0; n < (wanted.orders ?? 0); n += 1) {
    const order = { orderId: newId(clock), customerId, valueMinor: 1_000, currency: 'EUR' };
    await db.insert(orders).values({ ...order, orderedAt: at, reportedAt: at });
  }
  const input: RunInput = {
    runId: id,
    name,
    first,
    carries: { cart_id: key },
    settings: {},
    openedAt: at.getTime(),
    clock: clock.scale,
  };
  return { workflowId, customerId, input };
}
