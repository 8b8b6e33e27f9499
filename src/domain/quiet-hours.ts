import { weekdays, federalHours, stateCaps, stateHours } from './quiet-rules.ts';
import type { LawfulCap, QuietRule, QuietSettings, QuietWindow } from './quiet-rules.ts';
import type { CustomerZone, ZoneSource } from './customer-zone.ts';
import type { Purpose } from './delivery.ts';
import type { LocalTime } from './date-rule.ts';
import { localNow, nextLocalTimeAfter } from './local-time.ts';
import type { Channel } from './task-queues.ts';

/** When a message would like to arrive, by the customer's own clock: `{ from: '17:00', to: '20:00' }`. */
export interface BestTime {
  readonly from: LocalTime;
  readonly to: LocalTime;
}

/** What is asked about one message to one customer on one channel. */
export interface QuietQuestion {
  /** Epoch milliseconds. */
  now: number;
  channel: Channel;
  purpose: Purpose;
  where: CustomerZone;
  shop: QuietSettings;
  /** Null: whenever it is not quiet. */
  bestTime: BestTime | null;
}

/** It is quiet: why, and until when. */
export interface Quiet {
  /** When it is open everywhere that the customer may be, by every rule; epoch milliseconds. */
  until: number;
  /** The same on the customer's clock, `08:00`. */
  there: string;
  /** For an operator; no more of the person than their time zone. */
  words: string;
}

/** So far ahead an opening is looked for: every window of a week has come by then. */
const furthestMs = 8 * 86_400_000;

/** Rules, and the clocks by which each of them is judged. */
interface Judged {
  rules: readonly QuietRule[];
  zones: readonly string[];
}

/**
 * Whether it is quiet where the customer is, and until when: null when the message may go. It may only where no rule
 * that may apply says no, in every zone that the customer may be in. Where nothing of a week is open to all of that, the
 * message's wish for a time gives way, then the customer's likeliest zone decides for the shop, and at last the shop's
 * own hours give way. The law's never do: it holds in all the zones, and where those leave nothing of a week open, in that
 * of the phone number.
 *
 * What is owed is exempt, unless the shop says otherwise.
 */
export function quietAt(question: QuietQuestion): Quiet | null {
  const { where, bestTime, now } = question;
  const zones = zonesFor(question);
  const likeliest = zones.slice(0, 1);
  const law = lawfully(question, zones);
  const shops = shopsFor(question);
  const wished = [...shops, ...(bestTime === null ? [] : [wishOf(bestTime)])];
  const attempts: Judged[] = [
    { rules: wished, zones },
    { rules: shops, zones },
    { rules: wished, zones: likeliest },
    { rules: shops, zones: likeliest },
    { rules: [], zones },
  ];
  for (const attempt of attempts) {
    const found = openingOf(now, [attempt, law]);
    if (found === 'open') return null;
    if (found)
      return { ...found, there: localNow(found.until, zones[0]!).time, words: wordsOf(found, where.by) };
  }
  return null;
}

/** The law, in every zone in which it may be asked; where no hour of a week is open to that, in those of the number. */
function lawfully(question: QuietQuestion, zones: readonly string[]): Judged {
  const rules = lawFor(question);
  const { phone, home } = question.where;
  const everywhere = { rules, zones };
  if (rules.length === 0 || openingOf(question.now, [everywhere]) !== null) return everywhere;
  return { rules, zones: phone?.region?.zones ?? home?.zones ?? zones.slice(0, 1) };
}

function shopsFor({ channel, purpose, shop }: QuietQuestion): QuietRule[] {
  if (purpose === 'transactional' && !shop.transactional) return [];
  const windows = shop[channel];
  return windows.length === 0 ? [] : [{ of: "the shop's settings", windows }];
}

/** Of every state that the customer may be in. */
function lawFor({ channel, purpose, where, shop }: QuietQuestion): QuietRule[] {
  if (purpose === 'transactional' && !shop.transactional) return [];
  return isTextToUsa(channel, where)
    ? [federalHours, ...statesOf(where).flatMap((state) => stateHours[state] ?? [])]
    : [];
}

function statesOf({ phone, home }: CustomerZone): string[] {
  return [
    ...new Set([phone?.region, home].flatMap((region) => (region?.country === 'US' ? [region.code] : []))),
  ];
}

/** How often the law of the states that they may be in lets them be written to on a channel. */
export function lawfulCaps(channel: Channel, where: CustomerZone): LawfulCap[] {
  return isTextToUsa(channel, where) ? statesOf(where).flatMap((state) => stateCaps[state] ?? []) : [];
}

/** A text goes by the customer's clock wherever they may be: what their number says counts beside their own word. */
function zonesFor({ channel, where }: QuietQuestion): string[] {
  if (!isTextToUsa(channel, where)) return [...where.zones];
  const { phone, home } = where;
  const ofAddress = home?.country === 'US' ? home.zones : [];
  return [...new Set([...where.zones, ...(phone?.region?.zones ?? []), ...ofAddress])];
}

function isTextToUsa(channel: Channel, { phone }: CustomerZone): boolean {
  return channel === 'sms' && phone?.country === 'US';
}

/** A wish for a time is a wish for quiet at every other. */
function wishOf({ from, to }: BestTime): QuietRule {
  return { of: 'its best time', windows: [{ from: to, to: from }] };
}

interface Found {
  until: number;
  /** What it was found quiet by at first: there and then. */
  zone: string;
  at: string;
  rule: QuietRule;
  window: QuietWindow;
}

/** `open`, or when it will be; null when nothing of a week is open. */
function openingOf(now: number, judged: readonly Judged[]): Found | 'open' | null {
  let first: Omit<Found, 'until'> | null = null;
  let moment = now;
  while (moment < now + furthestMs) {
    const quiet = quietBy(moment, judged);
    if (quiet === null) return first === null ? 'open' : { ...first, until: moment };
    first ??= quiet;
    moment = quiet.end;
  }
  return null;
}

/** Of the windows that a moment lies in the one that ends last; null: it lies in none. */
function quietBy(moment: number, judged: readonly Judged[]) {
  let last: (Omit<Found, 'until'> & { end: number }) | null = null;
  for (const { rules, zones } of judged) {
    if (rules.length === 0) continue;
    for (const zone of zones) {
      const local = localNow(moment, zone);
      for (const rule of rules) {
        for (const window of rule.windows.filter((one) => isWithin(one, local))) {
          const end = nextLocalTimeAfter(moment, window.to, zone);
          const at = `${local.weekday} ${local.time}`;
          if (last === null || end > last.end) last = { end, zone, at, rule, window };
        }
      }
    }
  }
  return last;
}

function isWithin(
  { from, to, on }: QuietWindow,
  { weekday, time }: { weekday: string; time: string },
): boolean {
  const begins = (day: string | undefined) => on === undefined || on.some((each) => each === day);
  if (from < to) return begins(weekday) && time >= from && time < to;
  const yesterday = weekdays.at(weekdays.findIndex((each) => each === weekday) - 1);
  return (begins(weekday) && time >= from) || (begins(yesterday) && time < to);
}

function wordsOf({ at, zone, rule, window, until }: Found, by: ZoneSource): string {
  const hours =
    rule.of === 'its best time'
      ? `its best time is ${window.to} to ${window.from}`
      : `quiet from ${window.from} to ${window.to} by ${rule.of}`;
  return `it is ${at} in ${zone} (by ${by}): ${hours}; open at ${new Date(until).toISOString()}`;
}
