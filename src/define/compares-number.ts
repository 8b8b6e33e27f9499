import type { NumberTest } from './predicate-data.ts';

/** Whether a number is as a test says. */
export function comparesNumber(value: number, { is, than }: NumberTest): boolean {
  switch (is) {
    case 'at-least':
      return value >= than;
    case 'at-most':
      return value <= than;
    case 'above':
      return value > than;
    case 'below':
      return value < than;
  }
}
