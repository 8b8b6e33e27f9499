import { derivedFrom, derivedNames } from '../domain/derived-event.ts';
import { StartError } from '../errors.ts';
import { problemsOfPredicate } from './check-predicate.ts';
import type { Personas } from './personas.ts';
import { needsOf } from './predicate-needs.ts';
import type { Segment } from './segment.ts';

/**
 * The segments, if nothing is wrong with them and those of the personas.
 * @throws StartError that names everything that is wrong: the segment, the field, what came and what was expected.
 */
export function checkedSegments(segments: readonly Segment[], personas: Personas): readonly Segment[] {
  const all = [...new Set([...segments, ...personas.segments])];
  const names = all.map(({ name }) => name);
  const problems = [
    ...all.flatMap(({ name, where }) => problemsOfPredicate(name, where)),
    ...all.flatMap(({ name, where }) =>
      needsOf(where)
        .tracks.filter(isDerived)
        .map((event) => derivedNamed(name, event)),
    ),
    ...names.filter((name) => !/^[a-z][a-z0-9-]{0,63}$/.test(name)).map(oddName),
    ...twice(names, 'segments'),
    ...twice([...personas.segments.map(({ name }) => name), personas.otherwise], 'personas'),
  ];
  if (problems.length === 0) return segments;
  const lines = problems.map((line) => `  ${line}`).join('\n');
  throw new StartError(`These segments cannot be kept:\n${lines}`);
}

/** It would have to be looked at again whenever somebody was looked at. */
const derivedNamed = (name: string, event: string) =>
  `${name}: "${event}" follows from the segments themselves; ask inSegment(…) instead.`;

const isDerived = (name: string) =>
  (derivedNames as readonly string[]).includes(name) || derivedFrom(name) !== null;

const oddName = (name: string) =>
  `${JSON.stringify(name)}: expected a kebab noun of up to 64 characters, such as loyal-shoppers.`;

function twice(names: readonly string[], what: string): string[] {
  const repeated = new Set(names.filter((name, place) => names.indexOf(name) !== place));
  return [...repeated].map(
    (name) => `${name}: is the name of two ${what}; expected a name of its own for each.`,
  );
}
