/** Something that routing keeps for each customer and key, for journeys to read: what is in the cart now. */
export interface Projection<Reads extends Record<string, unknown> = Record<string, unknown>> {
  readonly name: string;
  /** Names of the customer events that change it: they count as activity of the runs that hold it. */
  readonly changedBy: readonly string[];
  /** What a run can read of it, by method name: ids, quantities and amounts only, for they pass through Temporal. */
  readonly reads: readonly string[];
  /** Its lines name products: see `ProductProjection`. */
  readonly namesProducts?: boolean;
  /** Only for the compiler: never set. */
  readonly types?: Reads;
}

/** One whose lines name products, so that a journey which holds it can hear of what happens to them. */
export interface ProductProjection<
  Reads extends Record<string, unknown> = Record<string, unknown>,
> extends Projection<Reads> {
  readonly namesProducts: true;
}

export function projection<Reads extends Record<string, unknown>>(
  declared: Omit<Projection<Reads>, 'types'> & { reads: readonly (keyof Reads & string)[] },
): Projection<Reads> {
  return declared;
}

/** A projection whose lines name products: how routing finds them stands in `heldProducts`, by the projection's name. */
export function productProjection<Reads extends Record<string, unknown>>(
  declared: Omit<Projection<Reads>, 'types' | 'namesProducts'> & { reads: readonly (keyof Reads & string)[] },
): ProductProjection<Reads> {
  return { ...declared, namesProducts: true };
}
