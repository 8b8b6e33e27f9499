import type { WaitingList } from '../define/waiting-list.ts';
import { namedProduct, skuOf, type NamedProduct } from '../domain/sku-of.ts';
import type { UniversalData } from '../domain/universal-event.ts';
import type { AcceptedEvent } from './event.ts';
import { orderIdOf } from './orders.ts';
import type { OwnedEvent } from './route-batch.ts';

/** What bears on who waits for which product, in the order of the events. Times in epoch milliseconds. */
export type Happening = { seq: number; at: number } & (
  | { kind: 'report'; eventId: string; source: string; sku: string; location: string; available: number }
  | {
      kind: 'look';
      eventId: string;
      customerId: string;
      sku: string;
      lists: readonly string[];
      isRequest: boolean;
    }
  | { kind: 'purchase'; customerId: string; orderId: string; skus: readonly string[] }
);

export type Report = Extract<Happening, { kind: 'report' }>;
/** A look that begins to wait while the product is sold out; a request whatever is on the shelf. */
export type LookAt = Extract<Happening, { kind: 'look' }>;
export type PurchaseOf = Extract<Happening, { kind: 'purchase' }>;

/** An event that names products as its sender does, before it is known which skus they are. */
interface Naming {
  event: AcceptedEvent;
  customerId: string;
  products: NamedProduct[];
  /** Those on which they begin to wait by looking, and by asking to be told. */
  opens: Opens;
}

interface Opens {
  looked: readonly string[];
  asked: readonly string[];
}

const opensNothing: Opens = { looked: [], asked: [] };

const purchases: readonly (string | null)[] = ['Order Completed', 'Order Updated'];

/**
 * Which products the customers of a batch look at or buy; nothing of the events that say neither. Who looked long ago, as
 * an import tells, does not begin to wait; who bought waits no longer.
 */
export function namings(owned: readonly OwnedEvent[], lists: readonly WaitingList[]): Naming[] {
  const looked = listsByEvent(lists, ({ opensOn }) => opensOn);
  const asked = listsByEvent(lists, ({ asksOn }) => asksOn ?? []);
  return owned
    .filter(({ event }) => event.kind === 'track')
    .map(({ event, customerId }) => {
      const properties = event.body.properties ?? {};
      if (purchases.includes(event.name))
        return { event, customerId, products: linesOf(properties), opens: opensNothing };
      const name = event.imported ? '' : (event.name ?? '');
      const opens = { looked: looked.get(name) ?? [], asked: asked.get(name) ?? [] };
      const isNone = opens.looked.length + opens.asked.length === 0;
      return { event, customerId, products: isNone ? [] : [namedProduct(properties)], opens };
    })
    .filter(({ products }) => products.length > 0);
}

/** The names of the lists that an event opens, by its name. */
function listsByEvent(
  lists: readonly WaitingList[],
  eventsOf: (list: WaitingList) => WaitingList['opensOn'],
): Map<string, string[]> {
  const opening = new Map<string, string[]>();
  for (const list of lists) {
    for (const { name } of eventsOf(list)) opening.set(name, [...(opening.get(name) ?? []), list.name]);
  }
  return opening;
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
  { event, customerId, products, opens }: Naming,
  skuByProductId: ReadonlyMap<string, string>,
): Happening[] {
  const { seq, occurredAt: at } = event;
  const skus = products.map((product) => skuOf(product, skuByProductId)).filter((sku) => sku !== null);
  if (skus.length === 0) return [];
  const look = { kind: 'look', seq, at, eventId: event.id, customerId, sku: skus[0]! } as const;
  const looks = [
    { ...look, lists: opens.looked, isRequest: false },
    { ...look, lists: opens.asked, isRequest: true },
  ].filter(({ lists }) => lists.length > 0);
  if (looks.length > 0) return looks;
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
