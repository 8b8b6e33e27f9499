import type { Carried, RunDispatch } from '../../src/domain/run-input.ts';
import type { Where } from './declaration.ts';

/** Which event the code waits for: its name, and what it must carry. */
export interface Wanted {
  readonly name: string;
  readonly where: Where<string>;
}

export function isWanted({ name, where }: Wanted, event: Pick<RunDispatch, 'name' | 'carries'>): boolean {
  return (
    event.name === name &&
    Object.entries(where).every(([property, value]) => isSame(value, event.carries[property]))
  );
}

type Value = Carried[string] | undefined;

/** Shops send ids as numbers here and as texts there. */
function isSame(one: Value, other: Value): boolean {
  if (one === undefined || other === undefined) return one === other;
  return String(one) === String(other);
}

/** As it stands at the timer. The values are carried ones, so they may stand in the history. */
export function sayWanted({ name, where }: Wanted): string {
  const parts = Object.entries(where).map(([property, value]) =>
    value === undefined ? `no ${property}` : `${property} ${String(value)}`,
  );
  return parts.length === 0 ? name : `${name} with ${parts.join(', ')}`;
}
