import type { z } from 'zod';
import { sayValue } from '../src/domain/say-value.ts';
import { AppError, type ErrorCode } from '../src/errors.ts';

/** What a schema makes of something that came in. @throws AppError that names each wrong place, up to three. */
export function parse<Output>(schema: z.ZodType<Output>, value: unknown, code: ErrorCode): Output {
  const parsed = schema.safeParse(value, { reportInput: true });
  if (parsed.success) return parsed.data;
  const said = issuesOf(parsed.error).slice(0, 3);
  throw new AppError(
    code,
    said.map(({ place, detail }) => (place === '' ? detail : `${place}: ${detail}`)).join('; '),
  );
}

/**
 * Each place where something is wrong, once, and what. Of a parse with `reportInput`. The first issue of a place says
 * what is wrong with it: a schema that asks for a text of some length says of an array that it is no text, and too short.
 */
export function issuesOf(error: z.ZodError): { place: string; detail: string }[] {
  const said = new Map<string, string>();
  for (const issue of error.issues) {
    const place = placeOf(issue.path);
    if (!said.has(place)) said.set(place, sayIssue(issue));
  }
  return [...said].map(([place, detail]) => ({ place, detail }));
}

function sayIssue(issue: z.core.$ZodIssue): string {
  const came =
    issue.code === 'custom' || issue.code === 'unrecognized_keys' ? '' : `, got ${sayValue(issue.input)}`;
  const words = issue.message
    .replace(/, received .*$/, '')
    .replace(/^(Invalid input|Invalid option|Too small|Too big): /, '')
    .replace(/^expected record/, 'expected object')
    .replaceAll('"|"', '", "');
  return `${words}${came}`;
}

/** A path as people write it: `batch[3].userId`. */
export function placeOf(path: readonly PropertyKey[]): string {
  return path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`))
    .join('')
    .replace(/^\./, '');
}
