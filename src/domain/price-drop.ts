import { sayAmount } from './money.ts';

/** An amount in minor units of its currency. */
export interface Price {
  minor: number;
  currency: string;
}

/** How much less a price has to be than the one somebody knows: either is enough; with both at 0 any less is. */
export interface DropRule {
  /** Of the price that they know, to a hundredth; 0: not by this. */
  percent: number;
  /** In minor units; 0: not by this. */
  amountMinor: number;
}

/** What a price is to a customer. */
export interface PriceForCustomer {
  /** In force now; null: none is known. */
  now: Price | null;
  /** The last price that they saw, or were told; null: none. */
  known: (Price & { by: 'look' | 'told' }) | null;
  rule: DropRule;
}

/** What is left of ten thousand when the percentage is taken off: whole numbers compare alike here and in SQL. */
export function partsLeft({ percent }: DropRule): number {
  return Math.round((100 - percent) * 100);
}

/** Whether a price is a drop to who knows the other. Prices in different currencies are never compared. */
export function isDrop(now: Price, known: Price, rule: DropRule): boolean {
  if (now.currency !== known.currency || now.minor >= known.minor) return false;
  const { percent, amountMinor } = rule;
  if (percent <= 0 && amountMinor <= 0) return true;
  const byPercent = percent > 0 && now.minor * 10_000 <= known.minor * partsLeft(rule);
  return byPercent || (amountMinor > 0 && now.minor <= known.minor - amountMinor);
}

/** How many percent less, rounded down: no more is promised than is given. */
export function percentOff(now: Price, known: Price): number {
  return known.minor > 0 ? Math.floor(((known.minor - now.minor) * 100) / known.minor) : 0;
}

/** Why a price is no drop to a customer, in words for an operator; null: it is one. */
export function faultOfPrice({ now, known, rule }: PriceForCustomer): string | null {
  if (now === null) return 'what it costs is not known';
  if (known === null) return 'they have seen no price of it';
  if (isDrop(now, known, rule)) return null;
  const before = `they ${known.by === 'told' ? 'were told' : 'saw'} ${sayAmount(known.minor, known.currency)}`;
  const costs = `it costs ${sayAmount(now.minor, now.currency)} now; ${before}`;
  if (now.currency !== known.currency) return `${costs}, and prices in different currencies are not compared`;
  return `${costs}${sayNeeded(known, rule)}`;
}

function sayNeeded(known: Price, rule: DropRule): string {
  const { percent, amountMinor } = rule;
  const say = (minor: number) => sayAmount(Math.max(0, minor), known.currency);
  const needed = [
    ...(percent > 0
      ? [`${percent} % less would be ${say(Math.floor((known.minor * partsLeft(rule)) / 10_000))}`]
      : []),
    ...(amountMinor > 0 ? [`${say(amountMinor)} less would be ${say(known.minor - amountMinor)}`] : []),
  ];
  return needed.length === 0 ? '' : `, and ${needed.join(', or ')}`;
}
