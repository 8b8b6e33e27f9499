import { momentOccurred, weatherForecast, type Field, type UniversalEventType } from './universal-event.ts';
import type { WatchDefinition } from './watch.ts';

/** The kinds of universal events that come with Kairos, beside stock and prices. */
const shipped: readonly UniversalEventType[] = [weatherForecast, momentOccurred];

/** Every kind of universal event beside stock and prices, by type: our own, and those that watches declare. */
export function declaredEvents(
  watches: readonly Pick<WatchDefinition, 'wakes'>[],
): Map<string, UniversalEventType> {
  const crossings = watches.flatMap(({ wakes }) => Object.values(wakes));
  const declared = crossings.flatMap((crossing) => (crossing.of === 'event' ? [crossing.event] : []));
  return new Map([...shipped, ...declared].map((event) => [event.type, event]));
}

/** Kinds of one type that are declared in two ways: only one of them could be what comes over HTTP. */
export function problemsOfTypes(
  watches: readonly Pick<WatchDefinition, 'wakes' | 'workflowType'>[],
): string[] {
  const known = new Map<string, { by: string; as: string }>();
  return watches.flatMap(({ wakes, workflowType: by }) =>
    Object.values(wakes ?? {}).flatMap((crossing) => {
      if (crossing?.of !== 'event') return [];
      const as = JSON.stringify(kindOf(crossing.event));
      const first = known.get(crossing.event.type);
      known.set(crossing.event.type, first ?? { by, as });
      if (first === undefined || first.as === as) return [];
      return [
        `${by}: declares ${crossing.event.type} otherwise than ${first.by}; expected one declaration for both.`,
      ];
    }),
  );
}

const typePattern = /^[a-z][a-z0-9]{0,31}([.-][a-z0-9]{1,32}){1,7}$/;
const fieldPattern = /^[a-z][A-Za-z0-9]{0,63}$/;
const kinds = ['number', 'text', 'texts', 'boolean', 'day'];
/** What a watch's own words are called among the data: a field of that name would be hidden by them. */
const taken = ['units', 'wake'];

/** What is wrong with a kind of universal event, one sentence for each mistake. */
export function problemsOfEvent(field: string, event: UniversalEventType): string[] {
  const own = shipped.find(({ type }) => type === event.type);
  if (own && JSON.stringify(own) !== JSON.stringify(kindOf(event)))
    return [`${field}: ${event.type} comes with Kairos; expected a type of your own, or that one as it is.`];
  if (!typePattern.test(event.type) || ['stock.changed', 'price.changed'].includes(event.type))
    return [`${field}: the type "${event.type}" came; expected words with dots, such as 'pollen.forecast'.`];
  const problems = Object.entries(event.data).flatMap(([name, of]) => fieldProblems(field, name, of));
  if (event.per === null || Object.hasOwn(event.data, event.per)) return problems;
  return [
    ...problems,
    `${field}: per "${event.per}" came; expected one of the fields of ${event.type}, by which its states are told apart.`,
  ];
}

function kindOf({ type, subject, data, per }: UniversalEventType) {
  return { type, subject, data, per };
}

function fieldProblems(field: string, name: string, of: Field): string[] {
  if (!fieldPattern.test(name) || taken.includes(name))
    return [
      `${field}: the field "${name}" came; expected letters and digits, and not ${taken.join(' or ')}.`,
    ];
  if (typeof of === 'string' && kinds.includes(of.replace('?', ''))) return [];
  if (Array.isArray(of) && of.length > 0 && of.every((word) => /^[\w-]{1,64}$/.test(word as string)))
    return [];
  return [
    `${field}: the field ${name} as ${JSON.stringify(of)} came; expected one of ${kinds.join(', ')}, with ? if it may be missing, or words to choose from.`,
  ];
}

/** What data of a kind of event may look like: for whoever wants to try what is made of them. */
export function sampleData({ data }: UniversalEventType): Record<string, unknown> {
  const samples: Record<string, unknown> = {
    ...{ number: 1, text: 'some words', texts: ['some words'], boolean: true, day: '2026-05-01' },
  };
  return Object.fromEntries(
    Object.entries(data).map(([name, of]) => [
      name,
      typeof of === 'string' ? samples[of.replace('?', '')] : of[0],
    ]),
  );
}
