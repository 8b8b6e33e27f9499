import { stock, type WatchDefinition } from '../../src/define/watch.ts';
import { viewedWhileSoldOut } from '../../src/waiting/viewed-while-sold-out.ts';
import type { GivenEvent } from './routing.ts';

/** A watch as routing knows it, that serves who looked while a product was sold out. */
export function testWatch(over: Partial<WatchDefinition> = {}): WatchDefinition {
  const name = over.name ?? 'backInStock';
  return {
    name,
    version: 1,
    workflowType: name,
    subject: 'sku',
    wakes: { soldOut: stock.falls(0), restocked: stock.rises(0) },
    waiting: viewedWhileSoldOut,
    audience: null,
    again: null,
    holdout: 0.1,
    wave: { perUnit: 2, every: '1 hour' },
    settings: { perUnit: 2, every: '1 hour' },
    ...over,
  };
}

/** A report of a product's stock, as ingestion stores it. */
export function stocked(
  sku: string,
  available: number,
  { source = 'warehouse', location = '', ...over }: Partial<GivenEvent> & { location?: string } = {},
): GivenEvent {
  const properties = { available, location };
  return { kind: 'universal', name: 'stock.changed', source, subject: sku, properties, ...over };
}

export const looked = (userId: string, sku: string, over: Partial<GivenEvent> = {}): GivenEvent => ({
  ...{ name: 'Product Viewed', userId, properties: { sku } },
  ...over,
});

export const bought = (
  userId: string,
  skus: string[],
  { order = `order of ${userId}`, ...over }: Partial<GivenEvent> & { order?: string } = {},
): GivenEvent => ({
  name: 'Order Completed',
  userId,
  properties: { order_id: order, total: 10, products: skus.map((sku) => ({ sku, quantity: 1 })) },
  ...over,
});
