/**
 * `evaluate` for who asks the same predicate again and again of a few customers, as routing does: its statement is made
 * once. Putting the parts together took the router longer than the database needed to answer.
 *
 * It is put together twice, for two groups of customers and two moments: what differs is what has to be filled in.
 */
import type { ISql, TransactionSql } from 'postgres';
import type { Predicate } from '../../define/predicate-data.ts';
import { evaluate, evaluation, type Evaluated } from './evaluate-predicate.ts';
import type { Asked } from './evaluate-predicate-leaf.ts';

/** A predicate's statement, and how each of its parameters follows from what is asked. */
interface Compiled {
  text: string;
  parameters: readonly ((asked: AskedOfSome) => unknown)[];
}

interface AskedOfSome extends Asked {
  who: readonly string[];
}

const compiled = new WeakMap<Predicate, Compiled | null>();

/** The same as `evaluate`, of some customers. */
export async function evaluateCompiled(
  tx: TransactionSql,
  predicate: Predicate,
  asked: AskedOfSome,
): Promise<Evaluated[]> {
  if (!compiled.has(predicate)) compiled.set(predicate, compile(predicate));
  const statement = compiled.get(predicate);
  if (!statement) return evaluate(tx, predicate, asked);
  const parameters = statement.parameters.map((parameter) => parameter(asked));
  const rows = await tx.unsafe<{ customer_id: string; holds: boolean; next_at: Date | null }[]>(
    statement.text,
    parameters as never,
    { prepare: true },
  );
  return rows.map((row) => ({ customerId: row.customer_id, holds: row.holds, nextAt: row.next_at }));
}

const samples = [
  { who: ['customer a'], now: new Date('2001-01-01T00:00:00.000Z') },
  { who: ['customer b'], now: new Date('2002-03-04T05:06:07.089Z') },
] as const;

/** Null when a parameter follows from what is asked in a way that is not known here. */
function compile(predicate: Predicate): Compiled | null {
  const [one, other] = samples.map((asked) => written(evaluation(recorder, predicate, asked)));
  if (one!.text !== other!.text || one!.values.length !== other!.values.length) return null;
  const parameters = one!.values.map((value, place) => parameterOf(value, other!.values[place]));
  return parameters.includes(null)
    ? null
    : { text: one!.text, parameters: parameters as Compiled['parameters'] };
}

function parameterOf(one: unknown, other: unknown): Compiled['parameters'][number] | null {
  if (JSON.stringify(one) === JSON.stringify(other)) return () => one;
  if (Array.isArray(one)) {
    return JSON.stringify([one, other]) === JSON.stringify(samples.map(({ who }) => who))
      ? ({ who }) => who
      : null;
  }
  const [before, after] = [one, other].map((value, place) => msOf(value) - samples[place]!.now.getTime());
  if (before !== after || Number.isNaN(before)) return null;
  const moment = ({ now }: AskedOfSome) => new Date(now.getTime() + before!);
  return one instanceof Date ? moment : (asked) => moment(asked).toISOString();
}

/** Of a moment, or of one in words. */
function msOf(value: unknown): number {
  if (value instanceof Date) return value.getTime();
  return typeof value === 'string' ? Date.parse(value) : NaN;
}

/** A part of a statement as it was written: literal texts, and between them values, parts and names. */
interface Part {
  strings: readonly string[];
  values: readonly unknown[];
}

class Name {
  readonly quoted: string;
  constructor(name: string) {
    this.quoted = name
      .split('.')
      .map((one) => `"${one.replaceAll('"', '""')}"`)
      .join('.');
  }
}

/** Stands for the driver while a statement is put together: what it is given, it keeps. */
const recorder = ((first: string | TemplateStringsArray, ...values: unknown[]) =>
  typeof first === 'string' ? new Name(first) : { strings: first, values }) as unknown as ISql;

function written(fragment: unknown): { text: string; values: unknown[] } {
  const values: unknown[] = [];
  const write = ({ strings, values: between }: Part): string =>
    strings.map((text, place) => text + (place < between.length ? valueIn(between[place]) : '')).join('');
  const valueIn = (value: unknown): string => {
    if (value instanceof Name) return value.quoted;
    if (isPart(value)) return write(value);
    values.push(value);
    return `$${values.length}`;
  };
  return { text: write(fragment as Part), values };
}

const isPart = (value: unknown): value is Part =>
  typeof value === 'object' && value !== null && 'strings' in value && 'values' in value;
