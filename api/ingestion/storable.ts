import { bounds } from '../../src/domain/bounds.ts';
import { AppError } from '../../src/errors.ts';
import { placeOf } from '../../src/issues.ts';

interface Visit {
  value: unknown;
  step: string | number | null;
  parent: Visit | null;
  depth: number;
}

const nul = String.fromCharCode(0);
/** A half of a surrogate pair without its other half. */
const loneSurrogate = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

/**
 * Refuses what PostgreSQL cannot store, however valid as JSON: a NUL, or half a surrogate pair, in a text or a key;
 * one of them would fail the commit that many requests share. Refuses what is nested too deep, without descending.
 * @throws AppError `unstorable-text`, `too-deep`, with the place.
 */
export function assertStorable(item: unknown): void {
  let unstorable: AppError | null = null;
  const waiting: Visit[] = [{ value: item, step: null, parent: null, depth: 0 }];
  for (let visit = waiting.pop(); visit; visit = waiting.pop()) {
    const { value, depth } = visit;
    if (typeof value === 'string') unstorable ??= wrongText(value, visit);
    if (typeof value !== 'object' || value === null) continue;
    if (depth >= bounds.depth) throw tooDeep(visit);
    const isArray = Array.isArray(value);
    for (const [key, inner] of Object.entries(value)) {
      if (!isArray) unstorable ??= wrongText(key, visit);
      waiting.push({ value: inner, step: isArray ? Number(key) : key, parent: visit, depth: depth + 1 });
    }
  }
  // Only now: who hears of a text may rely on the depth.
  if (unstorable) throw unstorable;
}

function wrongText(text: string, visit: Visit): AppError | null {
  const what = text.includes(nul)
    ? 'the character U+0000'
    : loneSurrogate.test(text)
      ? 'half a surrogate pair'
      : null;
  if (what === null) return null;
  return new AppError(
    'unstorable-text',
    `${placeSaid(visit)} has ${what}, which cannot be stored; leave it out.`,
  );
}

function tooDeep(visit: Visit): AppError {
  const [top] = pathOf(visit);
  return new AppError(
    'too-deep',
    `${JSON.stringify(top)} is nested over the bound of ${bounds.depth} levels.`,
  );
}

function placeSaid(visit: Visit): string {
  const place = placeOf(pathOf(visit));
  return place === '' ? 'The message' : JSON.stringify(place);
}

function pathOf(visit: Visit): (string | number)[] {
  const path: (string | number)[] = [];
  for (let at: Visit | null = visit; at !== null && at.step !== null; at = at.parent) path.unshift(at.step);
  return path;
}
