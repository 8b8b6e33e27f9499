/**
 * What happened in the world, and who waits for it: reports of stock, looks and purchases of a batch are folded in ONE
 * order, that of the events, for whether a look opens an entry depends on what was on the shelf at that point.
 *
 * Everything is looked up before the fold and written after it, in a number of statements that does not grow with the
 * batch. A batch in which nobody looks at what is sold out, nobody buys and nothing is reported costs two look-ups.
 */
import type { TransactionSql } from 'postgres';
import { loadShelves, saveShelves } from '../db/queries/routing-stock.ts';
import {
  loadConsumed,
  loadPurchases,
  loadWaiting,
  saveEntries,
  saveOrderLines,
} from '../db/queries/routing-waiting.ts';
import { loadSubstituteFacts } from '../db/queries/serves-for.ts';
import { skusByProductId } from '../db/queries/skus-by-product-id.ts';
import type { WaitingList } from '../define/waiting-list.ts';
import { reported, unknownShelf, type Shelf } from '../domain/shelf.ts';
import { newId } from '../ids.ts';
import type { AcceptedEvent } from './event.ts';
import { happeningsOf, namings, type Happening, type LookAt, type PurchaseOf } from './happenings.ts';
import { erasedOrderId } from './orders.ts';
import type { ProductNewsBook } from './product-news-book.ts';
import type { OwnedEvent, RoutingContext } from './route-batch.ts';
import { routeWatches } from './route-watches.ts';
import { loadSubstituteRules } from './substitute-rules.ts';
import { WaitingBook } from './waiting-book.ts';
import { WatchBook } from './watch-book.ts';
import { foldWorldEvents } from './world-events.ts';

/**
 * Keeps stock, prices, states of the world, order lines and waiting entries, and wakes watches. Answers how many dispatches.
 * @param news is told what happened to products.
 */
export async function routeWorld(
  tx: TransactionSql,
  context: RoutingContext,
  {
    universal,
    owned,
    news,
  }: { universal: readonly AcceptedEvent[]; owned: readonly OwnedEvent[]; news: ProductNewsBook },
): Promise<number> {
  const watches = new WatchBook(context.watches);
  const nowMs = context.clock.now().getTime();
  await foldWorldEvents(tx, universal, { watches: context.watches, book: watches, news, nowMs });
  const named = namings(owned, waitingLists(context));
  const unnamed = named.flatMap(({ products }) => products).filter(({ sku }) => sku === null);
  const skus = await skusByProductId(
    tx,
    unnamed.map(({ productId }) => productId).filter((id) => id !== null),
  );
  const happenings = happeningsOf(universal, named, skus);
  if (happenings.length === 0) return routeWatches(tx, context, watches.told());
  const shelves = await shelvesOf(tx, happenings);
  const waiting = await openWaitingBook(tx, context, happenings, shelves);
  const changed = fold(happenings, { shelves, waiting, watches, news, nowMs });
  await saveShelves(
    tx,
    [...changed].map((sku) => [sku, shelves.get(sku)!] as const),
    happenings[0]!.seq,
  );
  await saveOrderLines(
    tx,
    happenings.filter(isPurchase).flatMap((purchase) => linesOf(purchase, context.secret)),
  );
  await saveEntries(tx, waiting.changed());
  return routeWatches(tx, context, watches.told());
}

/** The lists that the watches serve: for the others nobody needs to wait. */
function waitingLists({ watches }: RoutingContext): WaitingList[] {
  const lists = watches.map(({ waiting }) => waiting).filter((waiting) => waiting !== null);
  return [...new Map(lists.map((waiting) => [waiting.name, waiting])).values()];
}

async function shelvesOf(tx: TransactionSql, happenings: readonly Happening[]): Promise<Map<string, Shelf>> {
  const reportedSkus = new Set(happenings.flatMap((one) => (one.kind === 'report' ? [one.sku] : [])));
  const looked = happenings.filter(isLook).map(({ sku }) => sku);
  return loadShelves(tx, { named: [...new Set([...reportedSkus, ...looked])], reported: [...reportedSkus] });
}

/** The book over all that the batch may touch: of looks only requests, and those at what is sold out or may be within the batch. */
async function openWaitingBook(
  tx: TransactionSql,
  context: RoutingContext,
  happenings: readonly Happening[],
  shelves: ReadonlyMap<string, Shelf>,
): Promise<WaitingBook> {
  const reportedSkus = new Set(happenings.flatMap((one) => (one.kind === 'report' ? [one.sku] : [])));
  const looks = uniqueLooks(
    happenings
      .filter(isLook)
      .filter(
        ({ sku, isRequest }) =>
          isRequest || reportedSkus.has(sku) || (shelves.get(sku)?.soldOutAt ?? null) !== null,
      ),
  );
  const purchases = happenings.filter(isPurchase);
  const buyers = [...new Set(purchases.map(({ customerId }) => customerId))];
  const isIdle = looks.length === 0 && buyers.length === 0;
  const waiting = isIdle ? [] : await loadWaiting(tx, { looks, buyers });
  const lookers = [...new Set(looks.map(({ customerId }) => customerId))];
  const earliest = Math.min(...happenings.filter(isLook).map(({ at }) => at));
  const bought = looks.length === 0 ? [] : await loadPurchases(tx, lookers, earliest);
  const isWaited = looks.length + waiting.length > 0;
  const skus = [...looks, ...waiting, ...bought].map(({ sku }) => sku);
  return new WaitingBook({
    waiting,
    bought,
    rules: isWaited ? await loadSubstituteRules(tx, context) : new Map(),
    products: isWaited
      ? await loadSubstituteFacts(tx, [...skus, ...purchases.flatMap((one) => one.skus)])
      : new Map(),
    consumed: looks.length === 0 ? [] : await loadConsumed(tx, looks),
    newId: () => newId(context.clock),
  });
}

interface Books {
  shelves: Map<string, Shelf>;
  waiting: WaitingBook;
  watches: WatchBook;
  news: ProductNewsBook;
  nowMs: number;
}

/** Answers the skus of which a report took effect. */
function fold(
  happenings: readonly Happening[],
  { shelves, waiting, watches, news, nowMs }: Books,
): Set<string> {
  const changed = new Set<string>();
  for (const one of happenings) {
    if (one.kind === 'report') {
      const before = shelves.get(one.sku) ?? unknownShelf;
      const after = reported(before, one);
      if (after === before) continue;
      shelves.set(one.sku, after);
      changed.add(one.sku);
      const { units, at } = after;
      for (const listener of [watches, news])
        listener.changed(one.sku, before.units, { units: units!, at: at!, eventId: one.eventId });
    } else if (one.kind === 'look') {
      const soldOutAt = one.isRequest ? -Infinity : (shelves.get(one.sku)?.soldOutAt ?? null);
      if (soldOutAt === null) continue;
      for (const list of one.lists) {
        if (waiting.look({ ...one, list }, soldOutAt)) watches.waited({ list, sku: one.sku }, one);
      }
    } else {
      for (const sku of one.skus) waiting.buy({ ...one, sku }, nowMs);
    }
  }
  return changed;
}

const isLook = (one: Happening): one is LookAt => one.kind === 'look';
const isPurchase = (one: Happening): one is PurchaseOf => one.kind === 'purchase';

const linesOf = ({ orderId, customerId, skus, at }: PurchaseOf, secret: string) => {
  const erasedAs = erasedOrderId(orderId, secret);
  return skus.map((sku) => ({ orderId, customerId, sku, at, erasedAs }));
};

function uniqueLooks(looks: readonly LookAt[]): LookAt[] {
  return [...new Map(looks.map((look) => [JSON.stringify([look.customerId, look.sku]), look])).values()];
}
