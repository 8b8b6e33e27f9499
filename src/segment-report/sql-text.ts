import type { ISql, PendingQuery, Row } from 'postgres';

/** Makes a query of what it is given. */
type Compile = (sql: ISql) => PendingQuery<Row[]>;

/**
 * The text of a query with its values in it, to be read, pasted and explained: what the driver would send, with a
 * literal in the place of each parameter. Knows texts, numbers, booleans, dates, null, arrays of them, names of columns
 * and queries within queries. @throws TypeError for anything else.
 */
export function sqlText(compile: Compile): string {
  return written(compile(recorder as unknown as ISql))
    .split('\n')
    .map((line) => line.replace(/ +/g, ' ').trim())
    .filter((line) => line !== '')
    .join('\n');
}

/** A query as its template has it. */
class Recorded {
  readonly strings: readonly string[];
  readonly values: readonly unknown[];
  constructor(strings: readonly string[], values: readonly unknown[]) {
    this.strings = strings;
    this.values = values;
  }
}

/** Stands in the driver's place: keeps templates instead of sending them. */
function recorder(first: TemplateStringsArray | string, ...values: unknown[]): Recorded {
  if (typeof first !== 'string') return new Recorded(first, values);
  const name = first
    .split('.')
    .map((part) => `"${part.replaceAll('"', '""')}"`)
    .join('.');
  return new Recorded([name], []);
}

function written(value: unknown): string {
  if (!(value instanceof Recorded)) return literal(value);
  const { strings, values } = value;
  return strings.map((text, place) => (place === 0 ? text : written(values[place - 1]) + text)).join('');
}

function literal(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return quoted(value);
  if (value instanceof Date) return quoted(value.toISOString());
  if (Array.isArray(value)) return quoted(`{${value.map(element).join(',')}}`);
  throw new TypeError(`A ${typeof value} cannot be written as a literal of SQL.`);
}

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

const element = (value: unknown): string =>
  typeof value === 'number' ? String(value) : `"${String(value).replaceAll(/["\\]/g, '\\$&')}"`;
