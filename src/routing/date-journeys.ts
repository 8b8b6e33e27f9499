import { isDateStart, type DateSource } from '../define/date-start.ts';
import type { DateRule } from '../domain/date-rule.ts';
import type { AcceptedEvent } from './event.ts';
import type { JourneyIndex } from './journey-index.ts';

/** A journey that starts on a date, as far as its starts are reckoned. */
export interface DateJourney {
  name: string;
  source: DateSource;
  rule: DateRule;
  /** Tells one definition of the date from another. */
  definition: string;
}

/** The journeys that start on dates. */
export function dateJourneysOf(index: JourneyIndex): DateJourney[] {
  const journeys = [...index.values()].flat().filter(({ starts }) => starts);
  return journeys.flatMap(({ journey: { name, starts } }) => {
    if (!isDateStart(starts)) return [];
    const { source, rule } = starts;
    return [{ name, source, rule, definition: JSON.stringify({ source, rule }) }];
  });
}

/** What an event may change of a journey's date: the date itself, only the zone that it is read in, or nothing. */
export type DateChange = 'date' | 'zone' | null;

export function changeOf({ source }: DateJourney, event: AcceptedEvent): DateChange {
  if (source.kind !== 'trait') {
    if (event.kind === 'track' && event.name === source.event) return 'date';
  } else if (namesTrait(event, source.name)) return 'date';
  return namesTrait(event, 'timezone') ? 'zone' : null;
}

/** Whether an event brings a trait, observed or stated, or takes it away. */
function namesTrait({ body }: AcceptedEvent, name: string): boolean {
  return [body.traits, body.context?.['traits']].some(
    (given) => has(given, name) || (has(given, 'stated') && has(given['stated'], name)),
  );
}

function has<Name extends string>(given: unknown, name: Name): given is Record<Name, unknown> {
  return typeof given === 'object' && given !== null && name in given;
}
