import type { DateTest, NumberTest, Scalar, ValueTest } from './predicate-data.ts';

/** Values as a sentence has them: `DE, AT or CH`. */
export function sayOr(values: readonly Scalar[]): string {
  const said = values.map(String);
  return said.length < 2 ? (said[0] ?? 'nothing') : `${said.slice(0, -1).join(', ')} or ${said.at(-1)}`;
}

/** What a number must be: `at least 3`. */
export function sayNumber({ is, than }: NumberTest): string {
  const words = { 'at-least': 'at least', 'at-most': 'at most', above: 'above', below: 'below' };
  return `${words[is]} ${than}`;
}

/** What the properties of an event must be: ` with sku A and price above 10`. */
export function sayWhere(where: Readonly<Record<string, ValueTest>>): string {
  const parts = Object.entries(where).map(([name, test]) => {
    if (test.is === 'known') return `any ${name}`;
    return `${name} ${test.is === 'one-of' ? sayOr(test.among) : sayNumber(test)}`;
  });
  return parts.length === 0 ? '' : ` with ${parts.join(' and ')}`;
}

/** On which days, from today. */
export function sayDays({ from, to }: Extract<DateTest, { is: 'day' }>): string {
  if (from === null && to === null) return 'on any day';
  if (from === null) return to === -1 ? 'past' : `${sayDay(to!)} or before`;
  if (to === null) return from === 1 ? 'still to come' : `${sayDay(from)} or later`;
  if (from === to) return sayDay(from);
  if (from === 0) return `today or in the next ${sayLength(to)}`;
  if (to === 0) return `today or in the last ${sayLength(-from)}`;
  return `from ${sayDay(from)} to ${sayDay(to)}`;
}

function sayDay(days: number): string {
  if (days === 0) return 'today';
  return days > 0 ? `in ${sayLength(days)}` : `${sayLength(-days)} ago`;
}

const sayLength = (days: number): string => `${days} ${days === 1 ? 'day' : 'days'}`;
