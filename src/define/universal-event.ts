import type { Span } from '../domain/span.ts';
import type { ValueTest } from './predicate-data.ts';
import { valueTests, type Where } from './value-test.ts';

/** What a field of a universal event's data is; `day`: `2026-05-01`; `texts`: a list of them. */
export type FieldKind = 'number' | 'text' | 'texts' | 'boolean' | 'day';

/** A kind, with `?` behind it where the field may be missing (it is null then), or the words that it may be. */
export type Field = FieldKind | `${FieldKind}?` | readonly [string, ...string[]];
export type Fields = Readonly<Record<string, Field>>;

interface KindValues {
  number: number;
  text: string;
  texts: readonly string[];
  boolean: boolean;
  day: string;
}

type ValueOf<Of extends Field> = Of extends readonly string[]
  ? Of[number]
  : Of extends `${infer Kind extends FieldKind}?`
    ? KindValues[Kind] | null
    : Of extends FieldKind
      ? KindValues[Of]
      : never;

/** The data of an event with such fields. */
export type DataOfFields<Of extends Fields> = { readonly [Name in keyof Of]: ValueOf<Of[Name]> };

/** Names of the fields whose values may stand in a history of Temporal: free text may not. */
type CarriedName<Of extends Fields> = {
  [Name in keyof Of]: Of[Name] extends 'text' | 'text?' | 'texts' | 'texts?' ? never : Name;
}[keyof Of];

/** What a watch's code sees of an event: numbers, days, yes or no, and words out of a list. */
export type CarriedData<Of extends Fields> = DataOfFields<Pick<Of, CarriedName<Of>>>;

/** A kind of universal event: something that happens in the world and names no customer. */
export interface UniversalEventType<Subject extends string = string, Of extends Fields = Fields> {
  /** The `type` of its CloudEvents: `weather.forecast`. */
  readonly type: string;
  /** What their `subject` is: `region`. */
  readonly subject: Subject;
  readonly data: Of;
  /**
   * A field by which an event is a report on a state: of one subject and value of this field the newest counts, whichever
   * source it is of, and a watch is woken by a report that meets its condition where the one before did not. Null: each
   * event stands for itself, and wakes whoever it meets.
   */
  readonly per: string | null;
}

/** An event that meets a condition, as something that wakes a watch. */
export interface EventCrossing<Subject extends string = string, Of extends Fields = Fields> {
  readonly of: 'event';
  readonly event: UniversalEventType<Subject, Of>;
  /** What has to hold of its data; a list meets a test when one of it does. */
  readonly where: Readonly<Record<string, ValueTest>>;
  /** How long one that stands for itself is worth telling of. */
  readonly fresh: Span;
}

/** What authors wake watches with. */
export interface Wakeable<Subject extends string, Of extends Fields> extends UniversalEventType<Subject, Of> {
  /** Such an event, of which this holds: `weatherForecast.when({ temperatureC: below(0) })`. */
  when(where?: Where<DataOfFields<Of>>, options?: { fresh?: Span }): EventCrossing<Subject, Of>;
}

/** An event that stands for itself is worth telling of for so long, unless its watch says otherwise. */
export const usualFreshness: Span = '2 days';

/**
 * Declares a kind of universal event: what its CloudEvents are called, what their subject is, and their data. From then
 * on the API accepts it, and watches can be woken by it.
 */
export function universalEvent<const Subject extends string, const Of extends Fields>(
  type: string,
  { subject, data, per = null }: { subject: Subject; data: Of; per?: (keyof Of & string) | null },
): Wakeable<Subject, Of> {
  const event = { type, subject, data, per };
  const when: Wakeable<Subject, Of>['when'] = (where = {}, { fresh = usualFreshness } = {}) => {
    return { of: 'event', event, where: valueTests(where), fresh };
  };
  return { ...event, when };
}

/** What the weather will be in a region on a day, in the region's own calendar. */
export const weatherForecast = universalEvent('weather.forecast', {
  subject: 'region',
  data: { day: 'day', condition: 'text', temperatureC: 'number?' },
  per: 'day',
});

/** Something is in the news, in season or in fashion. */
export const momentOccurred = universalEvent('moment.occurred', {
  subject: 'topic',
  data: { title: 'text', categories: 'texts', regions: 'texts' },
});

/** Which state of its subject an event of such a type reports on. */
export function placeReported(
  { per }: Pick<UniversalEventType, 'per'>,
  data: Readonly<Record<string, unknown>>,
): string {
  const said = per === null ? undefined : data[per];
  return typeof said === 'string' ? said : JSON.stringify(said ?? '');
}

/** Of an event's data what may stand in a history of Temporal. */
export function carriedData(
  { data: fields }: Pick<UniversalEventType, 'data'>,
  data: Readonly<Record<string, unknown>>,
): Record<string, string | number | boolean> {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([name, field]): [string, string | number | boolean][] => {
      const value = data[name];
      if (typeof field === 'string' && field.startsWith('text')) return [];
      const isOne = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
      return isOne ? [[name, value]] : [];
    }),
  );
}
