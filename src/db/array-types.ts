import type { Sql } from './connect.ts';

/** The array types that queries may use, by their fixed numbers in PostgreSQL, and the type of what is in each. */
const elementOf: Readonly<Record<number, number>> = {
  199: 114, // json
  1000: 16, // boolean
  1005: 21, // smallint
  1007: 23, // integer
  1009: 25, // text
  1015: 1043, // varchar
  1016: 20, // bigint
  1022: 701, // double precision
  1185: 1184, // timestamptz
  1231: 1700, // numeric
  2951: 2950, // uuid
  3807: 3802, // jsonb
};

/**
 * Teaches a pool that was made with `fetch_types: false` to write and read arrays of one dimension.
 *
 * The driver (3.4.9) would ask the database for these types on every new connection, and nobody hears when that fails:
 * a PostgreSQL that died at that moment, as one does that is being restarted, ended the process.
 */
export function knowArrayTypes(sql: Sql): void {
  const { parsers, serializers } = sql.options;
  for (const [type, element] of Object.entries(elementOf).map(([key, of]) => [Number(key), of] as const)) {
    const write = serializers[element] as ((value: unknown) => unknown) | undefined;
    const read = parsers[element] as ((text: string) => unknown) | undefined;
    serializers[type] = (value: unknown) => (Array.isArray(value) ? writeArray(value, write) : value);
    parsers[type] = (text: string) => readArray(text, read);
  }
}

function writeArray(values: readonly unknown[], write: ((value: unknown) => unknown) | undefined): string {
  const written = values.map((value) => {
    if (value === null) return 'null';
    if (value === undefined) throw new TypeError('An array for the database has undefined in it: use null.');
    const text = String(write ? write(value) : value);
    // Routing writes thousands of ids at a time, in which there is nothing to mark.
    const marked = /["\\]/.test(text) ? text.replaceAll(/["\\]/g, '\\$&') : text;
    return `"${marked}"`;
  });
  return `{${written.join(',')}}`;
}

function readArray(text: string, read: ((text: string) => unknown) | undefined): unknown[] {
  const items = text.slice(1, -1).matchAll(/"((?:[^"\\]|\\.)*)"|([^,]+)/gs);
  return [...items].map(([, quoted, bare]) => {
    if (bare === 'NULL') return null;
    const item = bare ?? quoted!.replaceAll(/\\(.)/gs, '$1');
    return read ? read(item) : item;
  });
}
