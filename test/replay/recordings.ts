import type { TestShop } from '../../testing/index.ts';

/** Histories of one workflow by their names: what happens in the shop until each is read. */
export type Recordings = Record<string, (shop: TestShop) => Promise<unknown>>;
