import type { Scalar, ValueTest } from './predicate-data.ts';

/** Whether all tests hold of some data; a list meets a test when one of its values does, and what is missing meets none. */
export function meetsAll(
  where: Readonly<Record<string, ValueTest>>,
  data: Readonly<Record<string, unknown>>,
): boolean {
  return Object.entries(where).every(([name, test]) => {
    const value = data[name];
    const values: unknown[] = Array.isArray(value) ? value : [value];
    return values.some((one) => meets(test, one));
  });
}

/** As the same test compiled to SQL has it. */
function meets(test: ValueTest, value: unknown): boolean {
  switch (test.is) {
    case 'known':
      return value !== null && value !== undefined;
    case 'one-of':
      return test.among.includes(value as Scalar);
    case 'at-least':
      return typeof value === 'number' && value >= test.than;
    case 'at-most':
      return typeof value === 'number' && value <= test.than;
    case 'above':
      return typeof value === 'number' && value > test.than;
    case 'below':
      return typeof value === 'number' && value < test.than;
  }
}
