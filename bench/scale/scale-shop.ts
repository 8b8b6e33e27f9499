import type { Bench, BenchDatabase } from '../bench.ts';
import type { Size } from '../question.ts';
import { loadShop, type ShopSize } from './load-shop.ts';

/** A shop with customers and facts, in a database of its own. */
export interface ScaleShop extends ShopSize {
  database: BenchDatabase;
  /** What everything in it happened before. */
  now: Date;
  /** How long it took to load. */
  loadMs: number;
}

/** The same shop in two sizes, a hundred times apart: what is asked of both says how it grows. */
export interface ScaleShops {
  small: ScaleShop;
  large: ScaleShop;
}

const sizes = {
  tiny: { small: { customers: 300, facts: 6_000 }, large: { customers: 1_000, facts: 20_000 } },
  full: { small: { customers: 10_000, facts: 200_000 }, large: { customers: 1_000_000, facts: 20_000_000 } },
} as const satisfies Record<Size, Record<keyof ScaleShops, ShopSize>>;

const loaded = new WeakMap<Bench, Promise<ScaleShops>>();

/** The shops of a benchmark, loaded once for all the questions that are asked of them. */
export function scaleShops(bench: Bench, size: Size): Promise<ScaleShops> {
  const shops = loaded.get(bench) ?? load(bench, size);
  loaded.set(bench, shops);
  return shops;
}

async function load(bench: Bench, size: Size): Promise<ScaleShops> {
  return {
    small: await shopOf(bench, 'scale_small', sizes[size].small),
    large: await shopOf(bench, 'scale_large', sizes[size].large),
  };
}

async function shopOf(bench: Bench, name: string, size: ShopSize): Promise<ScaleShop> {
  const database = await bench.database(name);
  const now = bench.clock.now();
  const since = performance.now();
  await loadShop(database.sql, size, now);
  return { ...size, database, now, loadMs: performance.now() - since };
}
