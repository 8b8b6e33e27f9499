import type { Predicate } from './predicate-data.ts';

/** A predicate with parameters, resolved when it is asked. */
export interface Audience<Params extends object = object> {
  readonly name: string;
  readonly where: (params: Params) => Predicate;
}

/**
 * Declares an audience: `audience('lookers-at', ({ sku }: { sku: string }) => interestedIn({ sku }).within('30 days'))`.
 * Who asks gives the parameters: `evaluate(sql, lookersAt.where({ sku }), …)`.
 */
export function audience<Params extends object>(
  name: string,
  where: (params: Params) => Predicate,
): Audience<Params> {
  return { name, where };
}
