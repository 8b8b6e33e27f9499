import { problemsOfHoldout, problemsOfSettings, problemsOfSpan, shown } from './check-field.ts';
import type { Crossing, WatchDefinition } from './watch.ts';

/** Names that the settings of every watch have. */
const namesOfTheWave = ['perUnit', 'every'];

/** The most places that a unit may make: more is as good as telling everybody. */
export const mostPerUnit = 1_000;

/** What is wrong with a watch's declaration, one sentence for each mistake: the field, what came, what was expected. */
export function problemsOfWatch(watch: WatchDefinition): string[] {
  return [
    ...subjectProblems(watch.subject),
    ...wakesProblems(watch.wakes),
    ...waitingProblems(watch),
    ...problemsOfHoldout(watch.holdout),
    ...waveProblems(watch),
    ...problemsOfSettings(ownSettings(watch)),
  ];
}

function subjectProblems(subject: unknown): string[] {
  return subject === 'sku' ? [] : [`subject: ${shown(subject)} came; expected 'sku'.`];
}

function wakesProblems(wakes: unknown): string[] {
  const named =
    typeof wakes === 'object' && wakes !== null ? Object.entries<Partial<Crossing> | null>({ ...wakes }) : [];
  if (named.length === 0) {
    return [
      `wakes: nothing came; expected a crossing such as { restocked: stock.rises(0) }: nothing else wakes a watch.`,
    ];
  }
  return named.flatMap(([name, crossing]) => crossingProblems(`wakes.${name}`, crossing));
}

function crossingProblems(field: string, crossing: Partial<Crossing> | null): string[] {
  if (crossing?.of !== 'stock' || (crossing.direction !== 'falls' && crossing.direction !== 'rises')) {
    return [`${field}: ${shown(crossing)} came; expected a crossing such as stock.rises(0).`];
  }
  if (Number.isSafeInteger(crossing.level) && crossing.level! >= 0) return [];
  return [`${field}: a level of ${shown(crossing.level)} came; expected a whole number of units, from 0.`];
}

function waitingProblems({ waiting }: WatchDefinition): string[] {
  if (typeof waiting?.name !== 'string' || !/^[a-z][a-z0-9-]{0,63}$/.test(waiting.name)) {
    return [
      `waiting: ${shown(waiting)} came; expected a waiting list, made by waitingList() with a kebab-case name.`,
    ];
  }
  if ([waiting.opensOn, waiting.asksOn].some((events) => Array.isArray(events) && events.length > 0))
    return [];
  return [
    `waiting: "${waiting.name}" opens on nothing; expected the events with which a customer begins to wait.`,
  ];
}

function waveProblems({ wave }: WatchDefinition): string[] {
  if (!wave)
    return [
      `wave: nothing came; expected { perUnit: 2, every: '1 hour' }: a wave without places has no bound.`,
    ];
  const { perUnit, every } = wave;
  const isBounded = typeof perUnit === 'number' && perUnit > 0 && perUnit <= mostPerUnit;
  const problems = isBounded
    ? []
    : [`wave.perUnit: ${shown(perUnit)} came; expected a number above 0, up to ${mostPerUnit}.`];
  return [...problems, ...problemsOfSpan('wave.every', every)];
}

function ownSettings({ settings }: WatchDefinition): WatchDefinition['settings'] {
  return Object.fromEntries(Object.entries(settings).filter(([name]) => !namesOfTheWave.includes(name)));
}
