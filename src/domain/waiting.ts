import { spanMs } from './span.ts';
import { boughtWords } from './substitutes.ts';

/** `consumed`: a message would have gone out for it (or did); `closed`: there is nothing left to wait for. */
export type WaitingState = 'waiting' | 'consumed' | 'closed';

/**
 * Why an entry was closed: the product or a substitute was bought, its customer became one with another who waits, what
 * they were gathered for is over, or they have waited for as long as the watch lasts.
 */
export const waitingReasons = ['bought', 'merged', 'over', 'expired'] as const;
export type WaitingReason = (typeof waitingReasons)[number];

const hourMs = spanMs('1 hour');

/** Why somebody waits no more, in words for an operator; null: they wait, or were told. */
export function waitEndWords(entry: {
  sku: string;
  reason: WaitingReason | null;
  boughtSku: string | null;
  since: Date;
  askedAt: Date | null;
  endedAt: Date | null;
}): string | null {
  const { sku, reason, boughtSku, since, askedAt, endedAt } = entry;
  switch (reason) {
    case null:
      return null;
    case 'bought':
      return boughtWords(sku, boughtSku);
    case 'merged':
      return 'became one customer with another who waits for it';
    case 'over':
      return 'what they were to be told of is over';
    case 'expired':
      return `the watch over ${sku} ended for them ${saidAfter(since, askedAt, endedAt)}: nobody has to wait longer`;
  }
}

function saidAfter(since: Date, askedAt: Date | null, endedAt: Date | null): string {
  if (askedAt === null) return `after ${waited(since, endedAt ?? since)}`;
  return `${waited(askedAt, endedAt ?? askedAt)} after they last asked`;
}

function waited(since: Date, until: Date): string {
  const hours = Math.max(1, Math.round((until.getTime() - since.getTime()) / hourMs));
  if (hours === 1) return '1 hour';
  return hours < 48 ? `${hours} hours` : `${Math.round(hours / 24)} days`;
}
