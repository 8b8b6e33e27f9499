/** What can be asked of a customer; compiled to SQL by `src/db/queries/predicate.ts`, read aloud by `sentence`. */
export type Predicate = { readonly kind: 'orders-at-least'; readonly count: number };

/** Has at least this many orders that were not cancelled. */
export function ordersAtLeast(count: number): Predicate {
  return { kind: 'orders-at-least', count };
}

/** The predicate as an operator reads it. */
export function sentence(predicate: Predicate): string {
  switch (predicate.kind) {
    case 'orders-at-least':
      return `has ${predicate.count} or more orders`;
  }
}
