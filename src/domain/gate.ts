import type { Address } from './address.ts';
import { sayConsentPlace, type HeldConsent } from './consent.ts';
import type { Cap } from './cap-window.ts';
import { brokenCap, roomAt, type CapQuestion, type Claim, type Counted, type ShopCaps } from './caps.ts';
import type { Arm, GateReason, Purpose } from './delivery.ts';
import { armOf, globalHoldoutOf, holdoutOf } from './holdout.ts';
import { irrelevance, type Relevance } from './relevance.ts';
import type { Quiet } from './quiet-hours.ts';
import type { LawfulCap } from './quiet-rules.ts';
import { spanMs, type Span } from './span.ts';
import { saySuppression, suppressionThatHolds, type Suppression } from './suppression.ts';
import type { Channel } from './task-queues.ts';
import { unwished, type Wishes } from './wishes.ts';

/**
 * The gate's checks, in the order in which it looks.
 * An erasure ends the customer's runs, so that `erased` holds back where the run is a watch's, which goes on. `paused` stops sends, not the clock: a run that ended or went past its time meanwhile is found before. `content` asks whether the message can be rendered: before the holdout, so
 * that both arms lose the same customers.
 */
export const gateOrder = [
  'run-ended',
  'run-expired',
  'erased',
  'paused',
  'behind',
  'reachable',
  'consent',
  'suppression',
  'relevance',
  'caps',
  'quiet-hours',
  'competing',
  'content',
  'would-send',
] as const;
export type CheckName = (typeof gateOrder)[number];

/** All that the gate looks at, from one snapshot of the database. Times in epoch milliseconds of Kairos's time. */
export interface GateFacts {
  now: number;
  channel: Channel;
  purpose: Purpose;
  /** What the message is about; empty: it declares no topic. */
  topic: string;
  run: { state: 'open' | 'closed'; outcome: string | null; closedAt: number | null; openedAt: number };
  /** The journey or watch, as its code declares it today. */
  journey: {
    name: string;
    /** Null: a watch has no cap of its own. */
    cap: Cap | null;
    holdout: number;
    /** Null: a watch lasts. */
    lasts: Span | null;
  };
  shop: { caps: ShopCaps; globalHoldout: number };
  /** Since when an operator has paused all sending, this journey, or this channel; null: not paused. */
  paused: { sending: number | null; journey: number | null; channel: number | null };
  /** It waited for a pause and may go from then on; absent or null when it need not wait. */
  releaseAt?: number | null;
  /** The customer was erased. */
  erased: boolean;
  /** The customer has an accepted event that has not taken effect. */
  behind: boolean;
  address: Address;
  /** What holds for this channel and topic; null when there never was one. */
  consent: HeldConsent | null;
  /** Those in force of the address, on this channel. */
  suppressions: readonly Suppression[];
  /** What counts towards the caps, newest first, without this delivery. */
  counted: readonly Counted[];
  relevance: Relevance;
  /** What the customer wishes of what is not owed to them; absent: nothing. */
  wishes?: Wishes;
  /** Deliveries to this customer that are held, each until its time. */
  claims: readonly Claim[];
  /** Of the message. */
  priority: number;
  /**
   * The same message on another of the channels to which it goes: its arm, and when it took its place under the caps.
   * Null or absent: it goes to one, or this is the first that is decided.
   */
  sibling?: { arm: Arm; at: number } | null;
  /** Over a cap it waits so long at most; null: not at all. */
  deferFor: Span | null;
  /** Since when it has been over a cap; null: it was not. */
  overCapSince: number | null;
  /** The customer's time zone, the likeliest of several. */
  zone: () => string;
  /** How often the law lets them be written to where they may be; absent: as often as one likes. */
  lawful?: () => readonly LawfulCap[];
  /** Whether it is quiet where the customer is, and until when; null: the message may go now. */
  quiet: () => Quiet | null;
  /** How long the message is worth sending once it was due; null: always. */
  worthFor: Span | null;
  /** When the gate first looked at it, if it has been let wait since; null: it looks for the first time. */
  dueAt: number | null;
  /** Of a watch: what else the customer waits for, and is told of before this; null or absent: nothing. */
  rival?: string | null;
  /** What the message's templates ask for and its data do not have. */
  missing: string | null;
  armKey: string;
}

/** What the gate decides for one channel. `words` say why to an operator, without personal data. */
export type Ruling =
  | ({ state: 'withheld'; reason: GateReason; arm: null; words: string } & Partial<Pick<Hold, 'until'>>)
  | ({ state: 'waiting'; reason: GateReason; arm: null; words: string } & Partial<Hold>)
  | { state: 'held-out' | 'intended'; reason: null; arm: Arm; words: string };

/** What the gate decides when it looks again at a message that was meant to go out and certainly did not. */
export type SecondRuling =
  | { state: 'cancelled'; reason: GateReason; words: string }
  | ({ state: 'waiting'; reason: GateReason; words: string } & Partial<Hold>)
  | { state: 'intended' };

/** Until when a delivery is held: the gate looks again then, and nobody asks it meanwhile. */
export interface Hold {
  /** Epoch milliseconds of Kairos's time, later than now. */
  until: number;
  /** That moment on the customer's own clock, `08:00`; null where the clock is not why. */
  there: string | null;
}

/** Until when a ruling holds the delivery; null when it does not: the gate is to look again in a moment. */
export function holdOf({ until, there }: Partial<Hold>): Hold | null {
  return until === undefined ? null : { until, there: there ?? null };
}

type Check = (facts: GateFacts) => Ruling | null;

const checks: { readonly [name in CheckName]?: Check } = {
  'run-ended': ({ run }) => {
    if (run.state === 'open') return null;
    const when = run.closedAt === null ? '' : ` at ${iso(run.closedAt)}`;
    return withheld('run-closed', `the run had ended as ${run.outcome ?? 'closed'}${when}`);
  },
  'run-expired': ({ run, journey, now }) => {
    if (journey.lasts === null || now < run.openedAt + spanMs(journey.lasts)) return null;
    return withheld('expired', `the run may last ${journey.lasts}, and that was over`);
  },
  erased: ({ erased }) => (erased ? withheld('erased', 'the customer was erased') : null),
  paused: ({ paused, journey, channel, releaseAt, now }) => {
    if (paused.sending !== null)
      return waiting('paused', `all sending has been paused since ${iso(paused.sending)}`);
    if (paused.journey !== null)
      return waiting('paused', `${journey.name} has been paused since ${iso(paused.journey)}`);
    if (paused.channel !== null)
      return waiting('paused', `${channel} has been paused since ${iso(paused.channel)}`);
    if (releaseAt == null || releaseAt <= now) return null;
    return waiting('pacing', `sending was resumed, and of all that waited its turn is at ${iso(releaseAt)}`);
  },
  behind: ({ behind }) =>
    behind ? waiting('behind', 'an event of the customer has not taken effect yet') : null,
  reachable: ({ address }) => ('fault' in address ? withheld('unreachable', address.fault) : null),
  consent: checkConsent,
  suppression: ({ suppressions, purpose }) => {
    const found = suppressionThatHolds(suppressions, purpose);
    return found === null ? null : withheld('suppressed', saySuppression(found));
  },
  relevance: ({ relevance, purpose }) => {
    const why = irrelevance(relevance, purpose);
    return why === null ? null : withheld('irrelevant', why);
  },
  caps: checkCaps,
  'quiet-hours': checkQuiet,
  competing: ({ rival = null }) => (rival === null ? null : withheld('competing', rival)),
  content: ({ missing }) =>
    missing === null ? null : withheld('missing-data', `the message asks for ${missing}, which is not there`),
  'would-send': drawArm,
};

/** What a delivery still has to pass after it was decided on and not taken: what was drawn and counted stays so. */
const askedAgain: readonly CheckName[] = [
  'run-ended',
  'run-expired',
  'erased',
  'paused',
  'behind',
  'reachable',
  'consent',
  'suppression',
  'relevance',
  'quiet-hours',
  'content',
];

/** The first finding in the gate's order; the last check, would-send, always finds one. */
export function judge(facts: GateFacts): Ruling {
  for (const name of gateOrder) {
    const found = checks[name]?.(facts);
    if (found) return found;
  }
  throw new Error('The gate came to no ruling: its last check must always find one.');
}

/**
 * The second look at a delivery that is `intended` and whose message was certainly not taken. If it has turned to another
 * channel since, its caps are asked as well: that channel may have some of its own.
 */
export function judgeAgain(facts: GateFacts, { hasTurned = false } = {}): SecondRuling {
  const asked = (name: CheckName) => askedAgain.includes(name) || (hasTurned && name === 'caps');
  for (const name of gateOrder.filter(asked)) {
    const found = checks[name]?.(facts);
    if (!found || found.reason === null) continue;
    const { reason, words } = found;
    if (found.state === 'waiting') return found;
    return { state: 'cancelled', reason, words: words.replace(/^withheld/, 'cancelled') };
  }
  return { state: 'intended' };
}

/**
 * A refusal holds for every purpose, but for one that came by a link out; what is not owed goes only by a channel that the
 * customer wishes. What was never asked holds back what is not owed, but for the shop's own page: who is on it came by
 * themselves, and is written to nowhere else.
 */
function checkConsent({ consent, purpose, channel, topic, wishes }: GateFacts): Ruling | null {
  const place = sayConsentPlace({ channel, topic });
  const isRefused = consent === 'denied' || (consent === 'left' && purpose !== 'transactional');
  if (isRefused) return withheld('no-consent', `the customer refused ${place}`);
  const other = purpose === 'transactional' || !wishes ? null : unwished(wishes, channel);
  if (other !== null) return withheld('no-consent', other);
  if (consent === 'granted') return null;
  if (purpose === 'transactional' || channel === 'onsite') return null;
  return withheld('no-consent', `the customer never consented to ${place}`);
}

/** Over a cap it is dropped, or waits for room, if that comes in the time it may wait. */
function checkCaps(facts: GateFacts): Ruling | null {
  const placeAt = facts.sibling?.at ?? null;
  const wished = facts.wishes?.frequency ?? null;
  const question: CapQuestion = { ...facts, placeAt, shop: facts.shop.caps, wished };
  const broken = brokenCap(question);
  if (broken === null) return null;
  const { deferFor, overCapSince, now, journey } = facts;
  if (deferFor === null) {
    // Of a watch's no look sooner than there may be room is of use; but much may change in a day.
    const latest = now + spanMs('1 day');
    const until = journey.lasts === null ? { until: roomAt(question, latest) ?? latest } : {};
    return { ...withheld('capped', broken), ...until };
  }
  const until = roomAt(question, (overCapSince ?? now) + spanMs(deferFor));
  if (until === null) return withheld('capped', `${broken}; there is no room within ${deferFor}`);
  // Held beyond that it would keep a place from others and go to nobody.
  if (until > worthUntil(facts))
    return withheld(
      'expired',
      `it is worth sending for ${facts.worthFor}; ${broken}; there is room again at ${iso(until)}`,
    );
  return { ...waiting('capped', `${broken}; there is room again at ${iso(until)}`), until };
}

/** It waits for the morning, or for its best time; what is worth nothing by then does not. */
function checkQuiet(facts: GateFacts): Ruling | null {
  const { now, worthFor } = facts;
  if (now > worthUntil(facts))
    return withheld('expired', `it was worth sending for ${worthFor}, and that is over`);
  const quiet = facts.quiet();
  if (quiet === null) return null;
  if (quiet.until <= worthUntil(facts)) return held(facts, 'quiet-hours', quiet, quiet.words);
  return withheld('expired', `it is worth sending for ${worthFor}, and ${quiet.words}`);
}

function worthUntil({ now, worthFor, dueAt }: GateFacts): number {
  return worthFor === null ? Infinity : (dueAt ?? now) + spanMs(worthFor);
}

/** The global holdout is the shop's choice and spares what is owed; a journey's is its author's and spares nothing. */
function drawArm({ armKey, shop, journey, purpose, sibling }: GateFacts): Ruling {
  const share = purpose === 'transactional' ? 0 : shop.globalHoldout;
  const arm = sibling?.arm ?? armOf(armKey, globalHoldoutOf(share), holdoutOf(journey.name, journey.holdout));
  if (arm === 'treated') {
    return { state: 'intended', reason: null, arm, words: 'intended: every check has passed' };
  }
  const experiment = arm === 'held-out' ? `the holdout of ${journey.name}` : 'the global holdout';
  return {
    state: 'held-out',
    reason: null,
    arm,
    words: `held-out: every check has passed, and ${experiment} drew the customer`,
  };
}

function withheld(reason: GateReason, why: string): Extract<Ruling, { state: 'withheld' }> {
  return { state: 'withheld', reason, arm: null, words: `withheld: ${reason} — ${why}` };
}

function waiting(reason: GateReason, why: string): Extract<Ruling, { state: 'waiting' }> {
  return { state: 'waiting', reason, arm: null, words: `waiting: ${reason} — ${why}` };
}

/**
 * Lets a journey's send wait until a time. A watch's is never held: it is withheld, and its customer keeps the place for
 * the next wave after that time.
 */
export function held(
  { journey }: Pick<GateFacts, 'journey'>,
  reason: GateReason,
  hold: Hold,
  why: string,
): Ruling {
  if (journey.lasts === null) return { ...withheld(reason, why), until: hold.until };
  return { ...waiting(reason, why), until: hold.until, there: hold.there };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
