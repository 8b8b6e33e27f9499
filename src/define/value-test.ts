import type { NumberTest, Scalar, ValueTest } from './predicate-data.ts';

/** Tests of a number, for the properties of an event: `did(orderCompleted).with({ total: above(100) })`. */
export const atLeast = (than: number): NumberTest => ({ is: 'at-least', than });
export const atMost = (than: number): NumberTest => ({ is: 'at-most', than });
export const above = (than: number): NumberTest => ({ is: 'above', than });
export const below = (than: number): NumberTest => ({ is: 'below', than });

/** That a property is one of these. */
export function oneOf<const Values extends readonly Scalar[]>(...among: Values): OneOf<Values[number]> {
  return { is: 'one-of', among };
}

/** That a property is there at all. */
export const known = { is: 'known' } as const;

/** A test that a value is among others, which the compiler remembers. */
export interface OneOf<Value extends Scalar> {
  readonly is: 'one-of';
  readonly among: readonly Value[];
}

/** What may be asked of the properties of an event: those that are texts, numbers or booleans. */
export type Where<Properties> = {
  readonly [
    Name in keyof Properties as NonNullable<Properties[Name]> extends Scalar
      ? Name
      : unknown extends Properties[Name]
        ? Name
        : never
  ]?: unknown extends Properties[Name] ? TestOf<Scalar> : TestOf<NonNullable<Properties[Name]> & Scalar>;
};

type TestOf<Value extends Scalar> =
  | Value
  | typeof known
  | OneOf<Value>
  | ([Value] extends [number] ? NumberTest : Scalar extends Value ? NumberTest : never);

/** Tests by property, a plain value as a test for it. */
export function valueTests(where: object): Record<string, ValueTest> {
  const tests = Object.entries(where as Record<string, Scalar | ValueTest | undefined>)
    .filter((entry): entry is [string, Scalar | ValueTest] => entry[1] !== undefined)
    .map(([name, test]): [string, ValueTest] => [
      name,
      typeof test === 'object' ? test : { is: 'one-of', among: [test] },
    ]);
  return Object.fromEntries(tests);
}
