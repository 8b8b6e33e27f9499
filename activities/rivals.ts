import type { PageRow } from '../src/db/queries/page-facts.ts';
import {
  lockProducts,
  otherProductsBack,
  rivalEntries,
  type RivalEntry,
  type RivalQuestion,
} from '../src/db/queries/rival-entries.ts';
import { isShelfWave, lineServedBy, type WatchDefinition } from '../src/define/watch.ts';
import type { Ruling } from '../src/domain/gate.ts';
import { placesOf } from '../src/domain/places.ts';
import { avoidedAmong } from '../src/domain/relevance.ts';
import { betterThan, type Candidate } from '../src/domain/rivals.ts';
import { spanMs } from '../src/domain/span.ts';
import { wishesIn } from '../src/domain/wishes.ts';
import { waitsFrom } from './long-waits.ts';
import type { PageLook } from './page-look.ts';
import { leastRise } from './servable.ts';

/**
 * Locks what else the customers of a page may be told of, if its watch does something about that; false: another page has
 * some of it. Where none of them waits for another product that is back nothing is locked.
 */
export async function lockRivals(look: PageLook, customerIds: readonly string[]): Promise<boolean> {
  const { tx, watch, run } = look;
  if (!watch.competing || customerIds.length === 0) return true;
  const list = lineServedBy(watch);
  look.others = await otherProductsBack(tx, { list, watch: watch.name, sku: run.subject, customerIds });
  return lockProducts(tx, { list, skus: look.others });
}

/** The rows of a page with what else their customers wait for, where the watch does something about that. */
export async function withRivals(
  look: PageLook,
  rows: PageRow[],
  { now, substitutes }: Pick<RivalQuestion, 'now' | 'substitutes'>,
): Promise<PageRow[]> {
  const { tx, watch, run, wave, others } = look;
  if (!watch.competing || rows.length === 0) return rows;
  const found = await rivalEntries(tx, {
    ...{
      list: lineServedBy(watch),
      watch: watch.name,
      sku: run.subject,
      above: leastRise(watch),
      servesOn: servesOn(watch),
      others,
    },
    customerIds: rows.map(({ customerId }) => customerId),
    deliveryIds: rows.map(({ deliveryId }) => deliveryId).filter((id) => id !== null),
    placesOf: (units) => (isShelfWave(wave) ? placesOf(units, wave.perUnit) : wave.customers),
    ...{ substitutes, everyMs: spanMs(wave.every), now, waitsFrom: waitsFrom(watch, now) },
  });
  const byCustomer = new Map<string, RivalEntry[]>();
  for (const one of found) byCustomer.set(one.customerId, [...(byCustomer.get(one.customerId) ?? []), one]);
  return rows.map((row) => ({ ...row, rivals: wantedOf(look, row, byCustomer.get(row.customerId) ?? []) }));
}

/** Without what the customer avoids, as the product of the page is judged; what was decided on before stays. */
function wantedOf({ message }: PageLook, { traits }: PageRow, rivals: readonly RivalEntry[]): RivalEntry[] {
  const avoids = message.purpose === 'transactional' ? [] : wishesIn(traits).avoids;
  return rivals.filter(({ toldIn, product: { sku, category } }) => {
    return toldIn !== null || avoidedAmong(avoids, category === null ? [sku] : [sku, category]) === undefined;
  });
}

/** Without what empties the shelf: nobody is told of that. */
function servesOn({ wakes }: Pick<WatchDefinition, 'wakes'>): string[] {
  return Object.entries(wakes).flatMap(([name, crossing]) =>
    crossing.of === 'stock' && crossing.direction === 'falls' ? [] : [name],
  );
}

/** What the message to somebody tells of too. What was decided on before tells of what it told of then. */
export function toldTogether({ watch }: Pick<PageLook, 'watch'>, row?: PageRow): readonly RivalEntry[] {
  const most = watch.competing?.combine;
  if (most === undefined || !row?.rivals) return [];
  const isDecided = row.entryState !== 'waiting';
  const told = row.rivals.filter(({ toldIn }) =>
    isDecided ? toldIn !== null && toldIn === row.deliveryId : toldIn === null,
  );
  return told.slice(0, most - 1);
}

/** Of what somebody is told before this, in words; null: of nothing, or they have been passed over for it long enough. */
export function rivalOf({ watch, seen, run }: PageLook, row: PageRow, now: Date): string | null {
  const { choose, within } = watch.competing ?? {};
  if (choose === undefined || !row.rivals) return null;
  const since = row.verdicts.find(({ reason }) => reason === 'competing')?.at;
  if (since !== undefined && Date.parse(since) + spanMs(within!) <= now.getTime()) return null;
  const { priceMinor = null, currency = null } = seen.product ?? {};
  const own = { sku: run.subject, since: row.since.getTime(), priceMinor, currency };
  const others = row.rivals.filter(({ toldIn }) => toldIn === null).map(candidateOf);
  return betterThan(own, others, choose);
}

const candidateOf = ({ since, product }: RivalEntry): Candidate => {
  const { sku, priceMinor, currency } = product;
  return { sku, since, priceMinor, currency };
};

/** Adds to a would-send's words what else it is about. */
export function sayTogether(ruling: Ruling, together: readonly RivalEntry[]): void {
  if (together.length === 0) return;
  const skus = together.map(({ product }) => product.sku).join(' and ');
  ruling.words += `; it is about ${skus} too, which the customer waits for and is back`;
}
