import type { Cap } from '../define/journey.ts';
import type { Purpose } from './delivery.ts';
import { spanMs } from './span.ts';

/** What a shop allows itself over all its journeys and watches, in rolling windows. */
export interface ShopCaps {
  /** For `help` and `offer` together; a contact counts. */
  helpAndOffer: readonly Cap[];
  /** For `offer` alone. */
  offer: readonly Cap[];
}

/** What holds until an operator sets something else. */
export const defaultShopCaps: ShopCaps = {
  helpAndOffer: [
    { sends: 1, within: '1 day' },
    { sends: 3, within: '7 days' },
  ],
  offer: [{ sends: 1, within: '7 days' }],
};

/** The longest window of a shop-wide cap: how far back the gate reads. */
export const longestShopCap = '31 days';

/** The most sends a cap may allow: how many the gate reads. */
export const mostCapSends = 1_000;

/** Something that counts towards caps: a delivery that is not transactional, or a contact by somebody else. */
export type Counted =
  | {
      kind: 'delivery';
      name: string;
      message: string;
      purpose: Exclude<Purpose, 'transactional'>;
      at: number;
    }
  | { kind: 'contact'; at: number };

/** What the caps are asked. Times in epoch milliseconds. */
export interface CapQuestion {
  purpose: Purpose;
  /** The journey or watch that wants to send, and its own cap. */
  journey: { name: string; cap: Cap | null };
  shop: ShopCaps;
  /** Newest first; without the delivery that is asked about. */
  counted: readonly Counted[];
  now: number;
}

/**
 * The first cap that one more message would break, in words for an operator; null when none. A window is
 * `(now - within, …]`: it has no end, because a delivery that another machine's clock dated a moment ahead counts too.
 * `transactional` is exempt: it is neither capped nor counted.
 */
export function brokenCap(question: CapQuestion): string | null {
  if (question.purpose === 'transactional') return null;
  for (const { cap, of, counts } of capsFor(question)) {
    const since = question.now - spanMs(cap.within);
    const within = question.counted.filter((one) => one.at > since && counts(one));
    if (within.length >= cap.sends) return capWords(cap, of, within[0]);
  }
  return null;
}

interface NamedCap {
  cap: Cap;
  of: { one: string; many: string };
  counts: (one: Counted) => boolean;
}

function capsFor({ purpose, journey, shop }: CapQuestion): NamedCap[] {
  const { name, cap } = journey;
  const of = { one: `message of ${name}`, many: `messages of ${name}` };
  const isOwn = (one: Counted) => one.kind === 'delivery' && one.name === name;
  const own: NamedCap[] = cap === null ? [] : [{ cap, of, counts: isOwn }];
  const both = shop.helpAndOffer.map((each) => ({
    cap: each,
    of: { one: 'help or offer message', many: 'help or offer messages' },
    counts: () => true,
  }));
  const offers = shop.offer.map((each) => ({
    cap: each,
    of: { one: 'offer', many: 'offers' },
    counts: (one: Counted) => one.kind === 'delivery' && one.purpose === 'offer',
  }));
  return purpose === 'offer' ? [...own, ...both, ...offers] : [...own, ...both];
}

function capWords(cap: Cap, of: { one: string; many: string }, last: Counted | undefined): string {
  const unit = /^1 (\w+)$/.exec(cap.within)?.[1];
  const per = unit ? `${unit === 'hour' ? 'an' : 'a'} ${unit}` : `in ${cap.within}`;
  const rule = `${cap.sends} ${cap.sends === 1 ? of.one : of.many} ${per}`;
  if (!last) return rule;
  const what = last.kind === 'contact' ? 'a contact' : last.message;
  return `${rule}, last one ${what} at ${new Date(last.at).toISOString()}`;
}
