/**
 * Writes a statement out that was put together of fragments: its text, and the values between. For who asks the same
 * again and again, as routing does, it is put together once; that took the router longer than the database needed to
 * answer.
 */
import type { ISql } from 'postgres';

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
export const recorder = ((first: string | TemplateStringsArray, ...values: unknown[]) =>
  typeof first === 'string' ? new Name(first) : { strings: first, values }) as unknown as ISql;

/**
 * The text of a fragment made with `recorder`; its values are added to those there are, and numbered on from them.
 * @param instead What stands for some of the values instead of their number.
 */
export function written(
  fragment: unknown,
  values: unknown[],
  instead: (value: unknown) => string | null = () => null,
): string {
  const write = ({ strings, values: between }: Part): string =>
    strings.map((text, place) => text + (place < between.length ? valueIn(between[place]) : '')).join('');
  const valueIn = (value: unknown): string => {
    if (value instanceof Name) return value.quoted;
    if (isPart(value)) return write(value);
    const other = instead(value);
    if (other !== null) return other;
    values.push(value);
    return `$${values.length}`;
  };
  return write(fragment as Part);
}

const isPart = (value: unknown): value is Part =>
  typeof value === 'object' && value !== null && 'strings' in value && 'values' in value;
