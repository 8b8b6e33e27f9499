import type { TransactionSql } from 'postgres';
import { isDropToAny } from '../src/db/queries/price-standing.ts';
import { pricesAt } from '../src/db/queries/prices-at.ts';
import type { WatchRunRow } from '../src/db/queries/watch-run.ts';
import { storedOverrides } from '../src/define/journey-settings.ts';
import { isPriceAudience, type PriceAudienceSettings } from '../src/define/price-audience.ts';
import { lineServedBy, type WatchDefinition } from '../src/define/watch.ts';
import { percentOff, type Price, type PriceForCustomer } from '../src/domain/price-drop.ts';
import { journeyScope } from '../src/domain/setting-scopes.ts';

/** What a watch by price works with: what its product costs now, and the rule as operators have set it. */
export interface PriceLook {
  now: Price | null;
  rule: PriceAudienceSettings;
}

interface Asked {
  watch: WatchDefinition;
  run: WatchRunRow;
  now: Date;
}

/** Null: the watch is not by price. */
export async function priceLook(tx: TransactionSql, { watch, run, now }: Asked): Promise<PriceLook | null> {
  if (!isPriceAudience(watch.audience)) return null;
  const set = storedOverrides(watch, run.settings[journeyScope(run.name)]) as Partial<PriceAudienceSettings>;
  const [found] = await pricesAt(tx, [{ sku: run.subject, at: now }]);
  const { percent, amountMinor, within } = { ...watch.audience.settings, ...set };
  return {
    now: found ? { minor: found.priceMinor, currency: found.currency } : null,
    rule: { percent, amountMinor, within },
  };
}

/** Whether anybody can be told of it: it is known, not sold out, and still a drop to somebody who waits for it. */
export async function priceHolds(
  tx: TransactionSql,
  { watch, run }: Asked,
  { now, rule }: PriceLook,
): Promise<boolean> {
  if (now === null || run.shelf === 0) return false;
  return isDropToAny(tx, { list: lineServedBy(watch), subject: run.subject }, { now, rule });
}

/** What templates see of a price: in minor units, how many percent less, and of which currency. */
export function priceWords({ now, known }: PriceForCustomer): Record<string, unknown> {
  if (now === null || known === null) return {};
  return { now: now.minor, was: known.minor, currency: now.currency, off: percentOff(now, known) };
}
