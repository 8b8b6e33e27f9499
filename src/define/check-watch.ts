import type { Audience } from './audience.ts';
import { problemsOfPredicate } from './check-predicate.ts';
import { problemsOfEvent, sampleData } from './declared-events.ts';
import {
  problemsOfHoldout,
  problemsOfRanges,
  problemsOfSettings,
  problemsOfSpan,
  shown,
} from './check-field.ts';
import { bounds } from '../domain/bounds.ts';
import { spanMs, type Span } from '../domain/span.ts';
import type { SubstituteRule } from '../domain/substitutes.ts';
import { competingProblems } from './check-competing.ts';
import { lastsProblems } from './check-watch-lasts.ts';
import { isPriceAudience, type PriceAudience } from './price-audience.ts';
import type { EventCrossing } from './universal-event.ts';
import { mostSubstitutesWithin, substitutesWithin } from './watch-substitutes.ts';
import { waitedFor, isShelfWave, type Crossing, type EvenWave, type WatchDefinition } from './watch.ts';

/** Names that the settings of a watch have from its wave and its list. */
const namesOfTheWave = ['perUnit', 'customers', 'every', substitutesWithin];

/** Names that they have from an audience by price. */
const namesOfThePrice = ['percent', 'amountMinor', 'within'];

/** The most places that a unit may make: more is as good as telling everybody. */
export const mostPerUnit = 1_000;

/** The most customers of a wave that serves so many at once: more is as good as telling everybody. */
export const mostCustomers = 1_000_000;

/** What is wrong with a watch's declaration, one sentence for each mistake: the field, what came, what was expected. */
export function problemsOfWatch(watch: WatchDefinition): string[] {
  return [
    ...subjectProblems(watch.subject),
    ...wakesProblems(watch),
    ...servedProblems(watch),
    ...substitutesProblems(watch.waiting?.substitutes),
    ...againProblems(watch),
    ...lastsProblems(watch),
    ...competingProblems(watch),
    ...problemsOfHoldout(watch.holdout),
    ...waveProblems(watch),
    ...problemsOfSettings(ownSettings(watch)),
    ...problemsOfRanges(watch),
  ];
}

function subjectProblems(subject: unknown): string[] {
  if (typeof subject === 'string' && /^[a-z][A-Za-z]{0,63}$/.test(subject)) return [];
  return [
    `subject: ${shown(subject)} came; expected 'sku', or the word for what an event's subject is, such as 'region'.`,
  ];
}

function wakesProblems({ wakes, subject }: Pick<WatchDefinition, 'wakes' | 'subject'>): string[] {
  const named =
    typeof wakes === 'object' && wakes !== null ? Object.entries<Partial<Crossing> | null>({ ...wakes }) : [];
  if (named.length === 0) {
    return [
      `wakes: nothing came; expected a crossing such as { restocked: stock.rises(0) }: nothing else wakes a watch.`,
    ];
  }
  if (named.some(([name]) => name === waitedFor))
    return [
      `wakes.${waitedFor}: a run that opens when somebody waits is started with that; expected another name.`,
    ];
  return named.flatMap(([name, crossing]) => crossingProblems(`wakes.${name}`, crossing, subject));
}

function crossingProblems(field: string, crossing: Partial<Crossing> | null, subject: string): string[] {
  if (crossing?.of === 'event') return eventProblems(field, crossing as EventCrossing, subject);
  const isKnown =
    (crossing?.of === 'stock' && (crossing.direction === 'falls' || crossing.direction === 'rises')) ||
    (crossing?.of === 'price' && crossing.direction === 'falls');
  if (!isKnown) {
    return [
      `${field}: ${shown(crossing)} came; expected a crossing such as stock.rises(0), or an event's when(…).`,
    ];
  }
  const problems = subjectFits(field, subject, 'sku');
  if (crossing.of !== 'stock' || (Number.isSafeInteger(crossing.level) && crossing.level! >= 0))
    return problems;
  return [
    ...problems,
    `${field}: a level of ${shown(crossing.level)} came; expected a whole number of units, from 0.`,
  ];
}

function eventProblems(field: string, { event, where, fresh }: EventCrossing, subject: string): string[] {
  const problems = problemsOfEvent(field, event);
  if (problems.length > 0) return problems;
  const fields = Object.keys(event.data);
  const unknown = Object.keys(where).filter((name) => !fields.includes(name));
  return [
    ...subjectFits(field, subject, event.subject),
    ...unknown.map(
      (name) =>
        `${field}: "${name}" came; expected fields of ${event.type}, which has ${fields.join(', ') || 'none'}.`,
    ),
    ...freshProblems(`${field}.fresh`, fresh),
  ];
}

/** What an event said is looked up for as long as it is news. */
function freshProblems(field: string, fresh: Span): string[] {
  const longest: Span = `${bounds.eventDays} days`;
  const problems = problemsOfSpan(field, fresh);
  if (problems.length > 0 || spanMs(fresh) <= spanMs(longest)) return problems;
  return [`${field}: "${fresh}" came; expected at most ${longest}: no event is kept for longer.`];
}

function subjectFits(field: string, subject: string, of: string): string[] {
  return subject === of ? [] : [`${field}: it tells of a ${of}, and the watch is on a ${subject}.`];
}

/** Whom it serves: either who waits, as routing keeps it, or who is found when something has woken it. */
function servedProblems(watch: WatchDefinition): string[] {
  if (watch.audience === null) return waitingProblems(watch);
  if (watch.waiting !== null)
    return [
      `audience: it came beside a waiting list; expected one of them: whom a watch serves is one line.`,
    ];
  if (isPriceAudience(watch.audience)) return priceProblems(watch.audience, watch.subject);
  const { audience } = watch;
  const { name, where } = audience;
  if (typeof name !== 'string' || !/^[a-z][a-z0-9-]{0,63}$/.test(name) || typeof where !== 'function') {
    return [
      `audience: ${shown(audience)} came; expected an audience, made by audience() with a kebab-case name.`,
    ];
  }
  return [...new Set(sampleParams(watch).flatMap((params) => audienceProblems(audience, params)))];
}

/** It is tried with data as each of its wakes may have them. */
function audienceProblems(audience: Audience<never>, params: Record<string, unknown>): string[] {
  const field = `audience "${audience.name}"`;
  try {
    return problemsOfPredicate(field, audience.where(params as never));
  } catch (error) {
    return [`${field}: it fails with ${shown(params)}: ${String(error)}.`];
  }
}

function sampleParams({ wakes, subject }: WatchDefinition): Record<string, unknown>[] {
  return Object.values(wakes ?? {}).map((crossing) => ({
    ...(crossing?.of === 'event' ? sampleData(crossing.event) : {}),
    [subject]: 'some',
  }));
}

/** When somebody who was told may be told again. */
function againProblems({ again, audience }: Pick<WatchDefinition, 'again' | 'audience'>): string[] {
  if (again === null) return [];
  if (audience === null)
    return ['again: it came beside a waiting list; expected none: whoever waits anew is told again.'];
  return problemsOfSpan('again', again);
}

function priceProblems({ settings }: PriceAudience, subject: string): string[] {
  const { percent, amountMinor, within } = settings;
  return [
    ...(subject === 'sku' ? [] : [`audience: only a product has a price; expected a watch on a sku.`]),
    ...(percent >= 0 && percent < 100
      ? []
      : [`audience.percent: ${shown(percent)} came; expected a number from 0, below 100.`]),
    ...(Number.isSafeInteger(amountMinor) && amountMinor >= 0
      ? []
      : [`audience.amountMinor: ${shown(amountMinor)} came; expected whole minor units, from 0.`]),
    ...problemsOfSpan('audience.within', within),
  ];
}

function waitingProblems({ waiting }: WatchDefinition): string[] {
  if (typeof waiting?.name !== 'string' || !/^[a-z][a-z0-9-]{0,63}$/.test(waiting.name)) {
    return [
      `waiting: ${shown(waiting)} came; expected a waiting list, made by waitingList() with a kebab-case name, or an audience.`,
    ];
  }
  if ([waiting.opensOn, waiting.asksOn].some((events) => Array.isArray(events) && events.length > 0))
    return [];
  return [
    `waiting: "${waiting.name}" opens on nothing; expected the events with which a customer begins to wait.`,
  ];
}

function substitutesProblems(rule: Partial<SubstituteRule> | undefined): string[] {
  if (rule === undefined) return [];
  const otherwise = rule.else;
  const isPrice = (share: unknown) =>
    typeof share === 'number' && share >= 0 && share <= mostSubstitutesWithin;
  const isElse = otherwise === false || (otherwise?.sameCategory === true && isPrice(otherwise.priceWithin));
  if (typeof rule.named === 'boolean' && isElse) return [];
  return [
    `waiting.substitutes: ${shown(rule)} came; expected { named: true, else: { sameCategory: true, priceWithin: 0.2 } }, ` +
      `with a share of the price from 0 to ${mostSubstitutesWithin}, or else: false.`,
  ];
}

function waveProblems(watch: WatchDefinition): string[] {
  const { wave } = watch;
  if (!wave)
    return [
      `wave: nothing came; expected { perUnit: 2, every: '1 hour' } or { customers: 500, every: '10 minutes' }: a wave without places has no bound.`,
    ];
  const problems = isShelfWave(wave) ? unitProblems(wave.perUnit, watch) : evenProblems(wave, watch);
  return [...problems, ...problemsOfSpan('wave.every', wave.every)];
}

function unitProblems(perUnit: number, { subject }: WatchDefinition): string[] {
  const onShelf =
    subject === 'sku' ? [] : [`wave.perUnit: only a product has units on a shelf; expected customers.`];
  return [...boundProblems('wave.perUnit', perUnit, mostPerUnit), ...onShelf];
}

function evenProblems({ customers, perUnit }: EvenWave, watch: WatchDefinition): string[] {
  const problems = boundProblems('wave.customers', customers, mostCustomers);
  if (perUnit !== undefined) return [...problems, ...unitProblems(perUnit, watch)];
  const isOfStock = Object.values(watch.wakes ?? {}).some((crossing) => crossing?.of === 'stock');
  return isOfStock
    ? [
        ...problems,
        `wave.customers: the watch is woken by stock, and could promise what is not there; expected perUnit.`,
      ]
    : problems;
}

function boundProblems(field: string, value: unknown, most: number): string[] {
  if (typeof value === 'number' && value > 0 && value <= most) return [];
  return [`${field}: ${shown(value)} came; expected a number above 0, up to ${most}.`];
}

function ownSettings({ settings, audience }: WatchDefinition): WatchDefinition['settings'] {
  const others = [...namesOfTheWave, ...(isPriceAudience(audience) ? namesOfThePrice : [])];
  return Object.fromEntries(Object.entries(settings).filter(([name]) => !others.includes(name)));
}
