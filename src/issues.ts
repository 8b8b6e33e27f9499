import type { z } from 'zod';
import { sayValue } from './domain/say-value.ts';

/** The first three places where something is wrong, in one sentence. Of a parse with `reportInput`. */
export function sayIssues(error: z.ZodError): string {
  const said = issuesOf(error).slice(0, 3);
  return said.map(({ place, detail }) => (place === '' ? detail : `${place}: ${detail}`)).join('; ');
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
