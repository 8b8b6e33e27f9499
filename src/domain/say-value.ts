const shown = 80;

/** The error of a schema that names both what was expected and what came. */
export const sayExpected =
  (expected: string) =>
  ({ input }: { input?: unknown }): string =>
    `${expected}, got ${sayValue(input)}`;

/** What came instead of what was expected, for the sentence of an error: short, and with nothing unprintable. */
export function sayValue(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty array' : `an array of ${value.length}`;
  if (typeof value === 'object') return 'an object';
  if (typeof value === 'string') return sayText(value);
  if (typeof value === 'number' || typeof value === 'boolean') return `${typeof value} ${value}`;
  return `a ${typeof value}`;
}

function sayText(text: string): string {
  if (text === '') return 'an empty string';
  if (text.length > shown) return `a string of ${text.length} characters`;
  // Stringified, what PostgreSQL cannot store is an escape sequence and can be.
  return JSON.stringify(text);
}
