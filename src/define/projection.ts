/** Something that routing keeps for each customer and key, for journeys to read: what is in the cart now. */
export interface Projection<Reads extends Record<string, unknown> = Record<string, unknown>> {
  readonly name: string;
  /** Names of the customer events that change it: they count as activity of the runs that hold it. */
  readonly changedBy: readonly string[];
  /** What a run can read of it, by method name: ids, quantities and amounts only, for they pass through Temporal. */
  readonly reads: readonly string[];
  /** Only for the compiler: never set. */
  readonly types?: Reads;
}

export function projection<Reads extends Record<string, unknown>>(
  declared: Omit<Projection<Reads>, 'types'> & { reads: readonly (keyof Reads & string)[] },
): Projection<Reads> {
  return declared;
}
