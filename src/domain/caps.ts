/**
 * How often one customer may be written to.
 *
 * A cap looks back over a window: `(now - span, …]`, or the calendar day where the customer is. It has no end, because a
 * delivery that another machine's clock dated a moment ahead counts too. One of `transactional` purpose is neither
 * capped nor counted.
 *
 * When places are scarce the higher priority gets them: a message does not take a place that one of a higher priority,
 * which is held for the same customer, will need when its time has come.
 */
import { calendarDay, type Cap, type CapWindow } from './cap-window.ts';
import type { Purpose } from './delivery.ts';
import { dayAround } from './local-time.ts';
import type { LawfulCap } from './quiet-rules.ts';
import { spanMs } from './span.ts';
import type { Channel } from './task-queues.ts';
import { wishedCaps, type Frequency } from './wishes.ts';

/** What a shop allows itself over all its journeys and watches. */
export interface ShopCaps {
  /** For `help` and `offer` together; a contact counts. */
  helpAndOffer: readonly Cap[];
  /** For `offer` alone. */
  offer: readonly Cap[];
  /** Of some journeys and watches, by name, beside what a journey's code says. */
  journeys: Readonly<Record<string, readonly Cap[]>>;
  /** Of messages about a topic. */
  topics: Readonly<Record<string, readonly Cap[]>>;
  /** On a channel; a contact that names it counts. */
  channels: Readonly<Partial<Record<Channel, readonly Cap[]>>>;
}

/** What holds until an operator sets something else. */
export const defaultShopCaps: ShopCaps = {
  helpAndOffer: [
    { sends: 1, within: '1 day' },
    { sends: 3, within: '7 days' },
  ],
  offer: [{ sends: 1, within: '7 days' }],
  journeys: {},
  topics: {},
  channels: {},
};

/** The longest window of a shop-wide cap: how far back the gate reads. */
export const longestShopCap = '31 days';

/** The most sends a cap may allow: how many the gate reads. */
export const mostCapSends = 1_000;

/** How many held deliveries of a customer the gate keeps places for: the soonest. */
export const mostClaims = 100;

/** What a message counts as: not of `transactional` purpose. */
export interface CountedDelivery {
  kind: 'delivery';
  name: string;
  message: string;
  purpose: Exclude<Purpose, 'transactional'>;
  channel: Channel | null;
  topic: string;
  /** Of a message that goes out on all its channels, the same on each of them; null or absent: it goes to one. */
  send?: string | null;
  at: number;
}

/** Something that counts towards caps: a delivery, or a contact by somebody else, on a channel if it named one. */
export type Counted = CountedDelivery | { kind: 'contact'; channel: Channel | null; at: number };

/** A delivery to the same customer that is held for a later time, and needs a place then: `at`. */
export interface Claim extends CountedDelivery {
  priority: number;
}

/** What the caps are asked. Times in epoch milliseconds. */
export interface CapQuestion {
  purpose: Purpose;
  channel: Channel;
  /** Empty: it declares none. */
  topic: string;
  priority: number;
  /** The journey or watch that wants to send, and its own cap. */
  journey: { name: string; cap: Cap | null };
  shop: ShopCaps;
  /** How often the customer asked for help and offers at most; null or absent: they did not say. */
  wished?: Frequency | null;
  /** What the law says where they may be; reckoned only of text messages. Absent: nothing. */
  lawful?: () => readonly LawfulCap[];
  /** The customer's; reckoned where a cap looks at their day. */
  zone: () => string;
  /** Newest first; without the delivery that is asked about. */
  counted: readonly Counted[];
  claims: readonly Claim[];
  /**
   * When the message took its place for another of the channels on which it goes out: as long as that one counts, only
   * caps of this channel are asked. Null or absent: it has none.
   */
  placeAt?: number | null;
  now: number;
}

/** The first cap that one more message would break, in words for an operator; null when none. */
export function brokenCap(question: CapQuestion): string | null {
  const { counted, claims } = question;
  const isNew = counted.length === 0 && claims.length === 0;
  // Of a wave nearly nobody has been written to: then no cap is broken but one that allows nothing.
  if (isNew && capsFor(question).every(({ cap }) => cap.sends > 0)) return null;
  for (const look of looksOf(question)) {
    const words = brokenAt(look, question.now);
    if (words !== null) return words;
  }
  return null;
}

/** The first moment, up to the latest, at which no cap is broken any more if nothing else is sent; null: none. */
export function roomAt(question: CapQuestion, latest: number): number | null {
  const looks = looksOf(question);
  const moments = looks
    .flatMap((look) => [...look.counted, ...look.claims].map(({ at }) => look.leavesAt(at)))
    .filter((at) => at > question.now && at <= latest)
    .sort((a, b) => a - b);
  return moments.find((at) => looks.every((look) => brokenAt(look, at) === null)) ?? null;
}

/** How far back a window looks at most: a calendar day has up to 26 hours. */
export function windowMs(within: CapWindow): number {
  return spanMs(within === calendarDay ? '26 hours' : within);
}

interface NamedCap {
  cap: Cap;
  of: { one: string; many: string };
  counts: (one: Counted) => boolean;
  isOfChannel?: boolean;
}

/** One cap, and what counts towards it. */
interface CapLook extends NamedCap {
  counted: readonly Counted[];
  /** The earliest due first. */
  claims: readonly Claim[];
  /** When something that was sent at a moment counts no longer. */
  leavesAt: (at: number) => number;
}

function looksOf(question: CapQuestion): CapLook[] {
  const { counted, claims, zone, priority, placeAt, now } = question;
  const before = claims.filter((claim) => claim.priority > priority);
  const hasPlace = ({ cap, isOfChannel }: NamedCap) =>
    !isOfChannel && placeAt != null && leavingOf(cap.within, zone, now)(placeAt) > now;
  const asked = capsFor(question).filter((named) => !hasPlace(named));
  return asked.map((named) => {
    const since = now - windowMs(named.cap.within);
    const counting = once(counted.filter((one) => one.at > since && named.counts(one)));
    const sent = new Set(counting.map(sendOf));
    const claiming = before
      .filter((claim) => named.counts(claim) && !(claim.send && sent.has(claim.send)))
      .map((claim) => ({ ...claim, at: Math.max(claim.at, now) }))
      .sort((a, b) => a.at - b.at);
    return {
      ...named,
      counted: counting,
      claims: once(claiming),
      leavesAt: leavingOf(named.cap.within, zone, now),
    };
  });
}

/** What goes out on all channels of its message counts once: the first of them stands for all. */
function once<One extends Counted>(all: readonly One[]): One[] {
  const seen = new Set<string>();
  return all.filter((one) => {
    const send = sendOf(one);
    if (send === null) return true;
    return !seen.has(send) && seen.add(send);
  });
}

function sendOf(one: Counted): string | null {
  return one.kind === 'delivery' ? (one.send ?? null) : null;
}

function leavingOf(within: CapWindow, zoneOf: () => string, now: number): CapLook['leavesAt'] {
  if (within === calendarDay) {
    const zone = zoneOf();
    const today = dayAround(now, zone);
    // What was before today counts no longer, whenever it ceased to.
    return (at) =>
      at < today.from ? today.from : at < today.until ? today.until : dayAround(at, zone).until;
  }
  const ms = spanMs(within);
  return (at) => at + ms;
}

/** Why a message cannot be sent at a moment: there is no place, or it would take one that is kept. */
function brokenAt(look: CapLook, at: number): string | null {
  const { cap, counted, claims, leavesAt } = look;
  const usedAt = (moment: number) =>
    counted.filter((one) => leavesAt(one.at) > moment).length +
    claims.filter((claim) => claim.at <= moment && leavesAt(claim.at) > moment).length;
  if (usedAt(at) >= cap.sends) {
    const due = claims.find((claim) => claim.at <= at);
    const last = counted.find((one) => leavesAt(one.at) > at);
    return due ? `${ruleOf(look)}, ${keptFor(due)}` : ruleOf(look) + lastOf(last);
  }
  const stillCounts = leavesAt(at);
  const kept = claims.find((claim) => {
    if (claim.at <= at || claim.at >= stillCounts) return false;
    // Who would not fit in any case is not kept from anything.
    return usedAt(claim.at) === cap.sends;
  });
  return kept ? `${ruleOf(look)}, ${keptFor(kept)}` : null;
}

function capsFor(question: CapQuestion): NamedCap[] {
  const { purpose, journey, shop, channel, topic } = question;
  if (purpose === 'transactional') return [];
  const { name } = journey;
  const isOwn = (one: Counted) => one.kind === 'delivery' && one.name === name;
  const own = journey.cap === null ? [] : [journey.cap];
  const some = (caps: readonly Cap[], what: string, counts: NamedCap['counts']): NamedCap[] =>
    caps.map((cap) => ({ cap, of: { one: `message ${what}`, many: `messages ${what}` }, counts }));
  return [
    ...some([...own, ...capsOf(shop.journeys, name)], `of ${name}`, isOwn),
    ...some(
      capsOf(shop.topics, topic),
      `on ${topic}`,
      (one) => one.kind === 'delivery' && one.topic === topic,
    ),
    ...some(capsOf(shop.channels, channel), `by ${channel}`, (one) => one.channel === channel).map((cap) => ({
      ...cap,
      isOfChannel: true,
    })),
    ...(channel === 'sms' ? (question.lawful?.() ?? []) : []).map(({ cap, of }) => ({
      cap,
      of: { one: `message by sms, by ${of},`, many: `messages by sms, by ${of},` },
      // By whomever it was sent: the law does not ask which of the shop's tools did it.
      counts: (one: Counted) => one.channel === channel,
      isOfChannel: true,
    })),
    ...wishOf(question).map((cap) => ({
      cap,
      of: {
        one: 'help or offer message, as the customer asked,',
        many: 'help or offer messages, as the customer asked,',
      },
      counts: () => true,
    })),
    ...shop.helpAndOffer.map((cap) => ({
      cap,
      of: { one: 'help or offer message', many: 'help or offer messages' },
      counts: () => true,
    })),
    ...(purpose === 'offer' ? shop.offer : []).map((cap) => ({
      cap,
      of: { one: 'offer', many: 'offers' },
      counts: (one: Counted) => one.kind === 'delivery' && one.purpose === 'offer',
    })),
  ];
}

/** Who asked for nothing at all is not asked here. */
function wishOf({ wished = null }: CapQuestion): Cap[] {
  return wished === null || wished === 'never' ? [] : [wishedCaps[wished]];
}

function capsOf(caps: Readonly<Record<string, readonly Cap[]>>, name: string): readonly Cap[] {
  return Object.hasOwn(caps, name) ? caps[name]! : [];
}

function ruleOf({ cap, of }: NamedCap): string {
  return `${cap.sends} ${cap.sends === 1 ? of.one : of.many} ${perWindow(cap.within)}`;
}

function perWindow(within: CapWindow): string {
  const unit = within === calendarDay ? within : /^1 (\w+)$/.exec(within)?.[1];
  return unit ? `${unit === 'hour' ? 'an' : 'a'} ${unit}` : `in ${within}`;
}

function lastOf(last: Counted | undefined): string {
  if (!last) return '';
  const what = last.kind === 'contact' ? 'a contact' : last.message;
  return `, last one ${what} at ${new Date(last.at).toISOString()}`;
}

function keptFor({ message, at }: Claim): string {
  return `and the place is kept for ${message}, which goes before and is due at ${new Date(at).toISOString()}`;
}
