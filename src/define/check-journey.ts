import { calendarDay } from '../domain/cap-window.ts';
import { outcomePattern, reservedOutcomes } from '../domain/outcome.ts';
import type { Span } from '../domain/span.ts';
import {
  problemsOfHoldout,
  problemsOfRanges,
  problemsOfSettings,
  problemsOfSpan,
  shown,
} from './check-field.ts';
import { problemsOfDateStart } from './check-date-start.ts';
import { splitProblems } from './check-splits.ts';
import { hearsOfProblems } from './check-hears-of.ts';
import type { JourneyDefinition } from './journey.ts';

/** Names that a run has already; a projection may not read under one of them. */
const namesOfTheRun = [
  'first',
  'carries',
  'settings',
  'quiet',
  'wait',
  'waitUntil',
  'waitForOccasion',
  'until',
  'split',
  'isIn',
  'send',
  'then',
  'constructor',
];

/** The most messages that a cap may allow: more is no cap. */
export const mostCappedSends = 1_000;

/**
 * What is wrong with a journey's declaration, one sentence for each mistake: the field, what came, what was expected.
 * The compiler refuses most of these already; this is for what it cannot see, and for authors who silenced it.
 */
export function problemsOf(journey: JourneyDefinition): string[] {
  return [
    ...eventProblems(journey),
    ...problemsOfDateStart(journey),
    ...problemsOfSpan('lasts', journey.lasts),
    ...problemsOfSpan('fresh', journey.fresh),
    ...againProblems(journey.again),
    ...capProblems(journey.cap),
    ...problemsOfHoldout(journey.holdout),
    ...carriesProblems(journey),
    ...problemsOfSettings(journey.settings),
    ...problemsOfRanges(journey),
    ...splitProblems(journey),
    ...readsProblems(journey),
    ...hearsOfProblems(journey),
  ];
}

function eventProblems({ starts, ends, hears }: JourneyDefinition): string[] {
  const problems = isEvent(starts)
    ? []
    : [`starts: ${shown(starts)} came; expected an event, made by event().`];
  for (const [field, events] of Object.entries({ ends, hears })) {
    for (const [key, event] of Object.entries(events)) {
      if (!isEvent(event))
        problems.push(`${field}.${key}: ${shown(event)} came; expected an event, made by event().`);
    }
    problems.push(...twice(field, Object.values(events).filter(isEvent)));
  }
  for (const key of Object.keys(ends)) problems.push(...outcomeProblems(key));
  return problems;
}

function outcomeProblems(key: string): string[] {
  if ((reservedOutcomes as readonly string[]).includes(key)) {
    return [
      `ends.${key}: Kairos gives this outcome itself; choose a word other than ${reservedOutcomes.join(', ')}.`,
    ];
  }
  if (outcomePattern.test(key)) return [];
  return [`ends.${key}: expected an outcome of lower-case letters, digits and hyphens, such as 'ordered'.`];
}

function twice(field: string, events: readonly { name: string }[]): string[] {
  const names = events.map((event) => event.name);
  const repeated = [...new Set(names.filter((name, place) => names.indexOf(name) !== place))];
  return repeated.map((name) => `${field}: "${name}" stands there twice; expected each event once.`);
}

function againProblems(again: string): string[] {
  if (again === 'always' || again === 'never') return [];
  if (again.startsWith('after ')) return problemsOfSpan('again', again.slice('after '.length) as Span);
  return [`again: ${shown(again)} came; expected 'always', 'never' or 'after 7 days'.`];
}

function capProblems(cap: JourneyDefinition['cap'] | undefined): string[] {
  if (!cap)
    return [
      `cap: nothing came; expected { sends: 2, within: '7 days' }: a journey without a cap has no bound.`,
    ];
  const { sends, within } = cap;
  const whole = Number.isInteger(sends) && sends >= 1 && sends <= mostCappedSends;
  const problems = whole
    ? []
    : [`cap.sends: ${shown(sends)} came; expected a whole number from 1 to ${mostCappedSends}.`];
  return within === calendarDay ? problems : [...problems, ...problemsOfSpan('cap.within', within)];
}

function carriesProblems({ carries, per }: JourneyDefinition): string[] {
  const names = [...carries, ...(per === null ? [] : [per])];
  const odd = names.filter((name) => !/^[A-Za-z_][A-Za-z0-9_]{0,63}$/.test(name));
  const problems = odd.map((name) => `carries, per: ${shown(name)} came; expected the name of a property.`);
  const repeated = new Set(carries.filter((name, place) => carries.indexOf(name) !== place));
  return [
    ...problems,
    ...[...repeated].map((name) => `carries: "${name}" stands there twice; expected it once.`),
  ];
}

function readsProblems({ holds }: JourneyDefinition): string[] {
  const taken = (holds?.reads ?? []).filter((read) => namesOfTheRun.includes(read));
  return taken.map(
    (read) => `holds: "${holds!.name}" is read as "${read}", which a run has already; choose another.`,
  );
}

const isEvent = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  'name' in value &&
  typeof value.name === 'string' &&
  value.name !== '';
