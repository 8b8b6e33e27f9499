import type { WaitingList } from '../define/waiting-list.ts';
import { namedProduct, skuOf, type NamedProduct } from '../domain/sku-of.ts';
import type { UniversalData } from '../domain/universal-event.ts';
import type { AcceptedEvent } from './event.ts';
import { orderIdOf } from './orders.ts';
import type { OwnedEvent } from './route-batch.ts';

/** What bears on who waits for which product, in the order of the events. Times in epoch milliseconds. */
export type Happening = { seq: number; at: number } & (
  | { kind: 'report'; eventId: string; source: string; sku: string; location: string; available: number }
  | { kind: 'look'; customerId: string; sku: string; lists: readonly string[] }
  | { kind: 'purchase'; customerId: string; orderId: string; skus: readonly string[] }
);

export type Report = Extract<Happening, { kind: 'report' }>;
export type LookAt = Extract<Happening, { kind: 'look' }>;
export type PurchaseOf = Extract<Happening, { kind: 'purchase' }>;

/** An event that names products as its sender does, before it is known which skus they are. */
interface Naming {
  event: AcceptedEvent;
  customerId: string;
  products: NamedProduct[];
  lists: readonly string[];
}

const purchases: readonly (string | null)[] = ['Order Completed', 'Order Updated'];

/**
 * Which products the customers of a batch look at or buy; nothing of the events that say neither. Who looked long ago, as
 * an import tells, does not begin to wait; who bought waits no longer.
 */
export function namings(owned: readonly OwnedEvent[], lists: readonly WaitingList[]): Naming[] {
  const opening = new Map<string, string[]>();
  for (const list of lists) {
    for (const { name } of list.opensOn) opening.set(name, [...(opening.get(name) ?? []), list.name]);
  }
  return owned
    .filter(({ event }) => event.kind === 'track')
    .map(({ event, customerId }) => {
      const opens = event.imported ? [] : (opening.get(event.name ?? '') ?? []);
      const properties = event.body.properties ?? {};
      if (purchases.includes(event.name))
        return { event, customerId, products: linesOf(properties), lists: [] };
      return {
        event,
        customerId,
        products: opens.length > 0 ? [namedProduct(properties)] : [],
        lists: opens,
      };
    })
    .filter(({ products }) => products.length > 0);
}

/** What a batch's events come to: reports of stock, looks and purchases, in order. */
export function happeningsOf(
  universal: readonly AcceptedEvent[],
  named: readonly Naming[],
  skuByProductId: ReadonlyMap<string, string>,
): Happening[] {
  const happenings = named.flatMap((naming) => customersDoing(naming, skuByProductId));
  for (const event of universal) if (event.name === 'stock.changed') happenings.push(reportOf(event));
  return happenings.sort((a, b) => a.seq - b.seq);
}

function customersDoing(
  { event, customerId, products, lists }: Naming,
  skuByProductId: ReadonlyMap<string, string>,
): Happening[] {
  const { seq, occurredAt: at } = event;
  const skus = products.map((product) => skuOf(product, skuByProductId)).filter((sku) => sku !== null);
  if (skus.length === 0) return [];
  if (lists.length > 0) return [{ kind: 'look', seq, at, customerId, sku: skus[0]!, lists }];
  const orderId = orderIdOf(event);
  if (orderId === null) return [];
  return [{ kind: 'purchase', seq, at, customerId, orderId, skus: [...new Set(skus)] }];
}

function linesOf(properties: Record<string, unknown>): NamedProduct[] {
  const lines = properties['products'];
  if (!Array.isArray(lines)) return [];
  return lines
    .filter((line): line is Record<string, unknown> => typeof line === 'object' && line !== null)
    .map(namedProduct);
}

function reportOf(event: AcceptedEvent): Report {
  const { available, location } = event.body.properties as unknown as UniversalData['stock.changed'];
  const { seq, id, source, subject, occurredAt } = event;
  return {
    ...{ kind: 'report', seq, at: occurredAt, eventId: id, source: source!, sku: subject! },
    ...{ available, location },
  };
}
