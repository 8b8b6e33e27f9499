import { channels, traitChannels } from '../domain/task-queues.ts';
import { isCurrency } from '../domain/money.ts';
import { spanMs } from '../domain/span.ts';
import { problemsOfSpan, shown } from './check-field.ts';
import type {
  DateTest,
  DidPredicate,
  EventTest,
  NumberTest,
  OrderedPredicate,
  Predicate,
  Times,
  TraitPredicate,
  ValueTest,
  Window,
} from './predicate-data.ts';

/** The most times that a predicate may count to, and the days that it may look ahead or back. */
const mostTimes = 1_000_000;
const mostDays = 3_660;
/** Of a yearly date, so that no two of its anniversaries are meant at once. */
const mostYearlyDays = 364;
/** Predicates within each other, and all of one: what is larger is a mistake, and slow to plan. */
const mostDepth = 50;

/**
 * What is wrong with a predicate, one sentence for each mistake: the field, what came, what was expected. The compiler
 * refuses most of it already; this is for what it cannot see, such as a span of twelve years or a currency of four letters.
 */
export function problemsOfPredicate(field: string, predicate: Predicate, depth = 0): string[] {
  if (depth > mostDepth)
    return [`${field}: goes deeper than ${mostDepth} steps; expected a simpler question.`];
  switch (predicate.kind) {
    case 'all':
    case 'any':
      return predicate.of.length === 0
        ? [`${field}: ${predicate.kind}() of nothing came; expected what must hold.`]
        : predicate.of.flatMap((one, n) =>
            problemsOfPredicate(`${field}.${predicate.kind}[${n}]`, one, depth + 1),
          );
    case 'not':
      return problemsOfPredicate(`${field}.not`, predicate.of, depth + 1);
    case 'segment':
    case 'persona':
      return problemsOfPredicate(`${field}.${predicate.name}`, predicate.where, depth + 1);
    case 'trait':
      return problemsOfTrait(field, predicate);
    case 'did':
      return problemsOfDid(field, predicate);
    case 'ordered':
      return problemsOfOrdered(field, predicate);
    case 'consent':
      return oneOf(`${field}.consent`, predicate.channel, channels);
    case 'reachable':
      return oneOf(`${field}.reachable`, predicate.channel, traitChannels);
    default:
      return [`${field}: ${shown(predicate)} came; expected a predicate, such as did(orderCompleted).`];
  }
}

function oneOf(field: string, value: string, known: readonly string[]): string[] {
  return known.includes(value) ? [] : [`${field}: ${shown(value)} came; expected ${known.join(', ')}.`];
}

function named(field: string, what: string, name: unknown): string[] {
  if (typeof name === 'string' && name.trim() !== '') return [];
  return [`${field}: ${shown(name)} came; expected the name of ${what}.`];
}

function problemsOfTrait(field: string, { trait, test }: TraitPredicate): string[] {
  const place = `${field}.trait(${shown(trait)})`;
  const problems = named(place, 'a trait', trait);
  if (test.is === 'day') return [...problems, ...problemsOfDays(place, test)];
  if (test.is === 'date') {
    const days = [test.from, test.before].filter((one) => one !== null);
    return [...problems, ...days.flatMap((one) => problemsOfDay(place, one))];
  }
  if (test.is === 'has') return [...problems, ...problemsOfScalars(place, [test.value])];
  return [...problems, ...problemsOfTest(place, test)];
}

function problemsOfDays(field: string, { from, to, yearly }: Extract<DateTest, { is: 'day' }>): string[] {
  const most = yearly ? mostYearlyDays : mostDays;
  const odd = [from, to].filter(
    (days) => days !== null && !(Number.isInteger(days) && Math.abs(days) <= most),
  );
  if (odd.length > 0) return [`${field}: ${shown(odd[0])} days came; expected a whole number up to ${most}.`];
  if (from !== null && to !== null && from > to)
    return [`${field}: from day ${from} to day ${to} came; expected the earlier first.`];
  return [];
}

function problemsOfDay(field: string, day: string): string[] {
  const isDay = /^\d{4}-\d\d-\d\d$/.test(day) && isMoment(day);
  return isDay ? [] : [`${field}: ${shown(day)} came; expected a day such as '2026-05-31'.`];
}

/** Of a day that there is not, such as 30 February, JavaScript makes another. */
function isMoment(text: string): boolean {
  const ms = Date.parse(text);
  return (
    !Number.isNaN(ms) &&
    new Date(Date.parse(text.slice(0, 10))).toISOString().slice(0, 10) === text.slice(0, 10)
  );
}

function problemsOfTest(field: string, test: ValueTest): string[] {
  if (test.is === 'known') return [];
  if (test.is === 'one-of') return problemsOfScalars(field, test.among);
  return problemsOfNumber(field, test);
}

function problemsOfNumber(field: string, { than }: NumberTest): string[] {
  return Number.isFinite(than) ? [] : [`${field}: ${shown(than)} came; expected a number.`];
}

function problemsOfScalars(field: string, values: readonly unknown[]): string[] {
  if (values.length === 0) return [`${field}: nothing came to compare with; expected a value.`];
  const isScalar = (value: unknown) =>
    typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value);
  const odd = values.filter(
    (value) => !isScalar(value) || (typeof value === 'string' && value.includes('\0')),
  );
  return odd.map((value) => `${field}: ${shown(value)} came; expected a text, a number, true or false.`);
}

function problemsOfDid(field: string, leaf: DidPredicate): string[] {
  const place = `${field}.did(${leaf.events.join(', ')})`;
  const { follow, sum, about } = leaf;
  return [
    ...problemsOfEvents(place, leaf),
    ...problemsOfTimes(place, leaf.times),
    ...problemsOfWindow(place, leaf.window),
    ...(about ? named(`${place}.about`, `a ${about.kind}`, Object.values(about)[1]) : []),
    ...(sum
      ? [...named(`${place}.sum`, 'a property', sum.property), ...problemsOfNumber(`${place}.sum`, sum.test)]
      : []),
    ...(follow ? problemsOfEvents(`${place}.followedBy(${follow.events.join(', ')})`, follow) : []),
    ...(follow?.within ? problemsOfSpan(`${place}.followedBy.within`, follow.within) : []),
  ];
}

function problemsOfEvents(field: string, { events, where }: EventTest): string[] {
  const nameless = events.length === 0 ? [undefined] : events;
  return [
    ...nameless.flatMap((name) => [...named(field, 'an event', name), ...derived(field, name)]),
    ...Object.entries(where).flatMap(([name, test]) => problemsOfTest(`${field}.with(${name})`, test)),
  ];
}

/** Such an event is not kept under the name by which journeys know it. */
function derived(field: string, name: string | undefined): string[] {
  if (!/^(Segment Entered|Segment Left|Persona Changed): /.test(name ?? '')) return [];
  return [
    `${field}: what journeys hear of segments came; expected inSegment() or an event of the customer's.`,
  ];
}

function problemsOfOrdered(
  field: string,
  { state, about, spent, times, window }: OrderedPredicate,
): string[] {
  const place = `${field}.${spent ? 'spent' : `orders(${state})`}`;
  const currency = spent?.currency;
  const amount =
    currency === undefined || isCurrency(currency)
      ? []
      : [`${place}: ${shown(currency)} came; expected a currency of ISO 4217, such as 'EUR'.`];
  return [
    ...problemsOfTimes(place, times),
    ...problemsOfWindow(place, window),
    ...amount,
    ...(spent ? problemsOfNumber(place, spent.test) : []),
    ...(about ? named(`${place}.about`, `a ${about.kind}`, Object.values(about)[1]) : []),
  ];
}

function problemsOfTimes(field: string, { atLeast, atMost }: Times): string[] {
  const odd = [atLeast, atMost].filter(
    (times) => times !== null && !(Number.isInteger(times) && times >= 0 && times <= mostTimes),
  );
  if (odd.length === 0) return [];
  return [`${field}: ${shown(odd[0])} times came; expected a whole number from 0 to ${mostTimes}.`];
}

function problemsOfWindow(field: string, { within, longerAgoThan, since, until }: Window): string[] {
  const spans = [
    ...(within === null ? [] : problemsOfSpan(`${field}.within`, within)),
    ...(longerAgoThan === null ? [] : problemsOfSpan(`${field}.longerAgoThan`, longerAgoThan)),
  ];
  const moments = Object.entries({ since, until }).filter(
    ([, moment]) => moment !== null && !isMoment(moment),
  );
  const isEmpty =
    spans.length === 0 &&
    within !== null &&
    longerAgoThan !== null &&
    spanMs(within) <= spanMs(longerAgoThan);
  return [
    ...spans,
    ...moments.map(
      ([name, moment]) =>
        `${field}.${name}: ${shown(moment)} came; expected a moment such as '2026-05-01' or '2026-05-01T09:00:00Z'.`,
    ),
    ...(isEmpty
      ? [
          `${field}: within ${within} and longer ago than ${longerAgoThan} came, which nothing is; expected the longer span within.`,
        ]
      : []),
  ];
}
