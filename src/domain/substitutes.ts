/** Which other product serves as well as the one that somebody waits for: whoever bought it waits no longer. */
export interface SubstituteRule {
  /** Those that the catalogue names. */
  readonly named: boolean;
  /**
   * For a product of which none is named: those of its category that cost about as much, in the same currency; up to this
   * share of its price less or more. `false`: none.
   */
  readonly else: { readonly sameCategory: true; readonly priceWithin: number } | false;
}

/** The rule of a list that declares none: what the catalogue names, and nothing besides. */
export const onlyNamedSubstitutes: SubstituteRule = { named: true, else: false };

/** What the rule looks at: the catalogue, and the price in force. */
export interface SubstituteFacts {
  sku: string;
  substitutes: readonly string[];
  category: string | null;
  priceMinor: number;
  currency: string;
}

/** Whether `bought` serves for `waited`, of which the catalogue may know nothing. No product is its own substitute here. */
export function isSubstitute(
  rule: SubstituteRule,
  waited: SubstituteFacts | undefined,
  bought: { sku: string; facts: SubstituteFacts | undefined },
): boolean {
  if (waited === undefined) return false;
  if (rule.named && waited.substitutes.length > 0) return waited.substitutes.includes(bought.sku);
  const { facts } = bought;
  if (rule.else === false || facts === undefined) return false;
  return (
    waited.category !== null &&
    facts.category === waited.category &&
    facts.currency === waited.currency &&
    Math.abs(facts.priceMinor - waited.priceMinor) <= rule.else.priceWithin * waited.priceMinor
  );
}

/** The rule under which a purchase counts only if it does under each of these. */
export function narrowest(rules: readonly SubstituteRule[]): SubstituteRule {
  const [first = onlyNamedSubstitutes, ...others] = rules;
  return others.reduce(
    (one, other) => ({
      named: one.named && other.named,
      else:
        one.else === false || other.else === false
          ? false
          : { sameCategory: true, priceWithin: Math.min(one.else.priceWithin, other.else.priceWithin) },
    }),
    first,
  );
}

/** What an operator reads of why somebody waits no longer. */
export function boughtWords(sku: string, boughtSku: string | null): string {
  return boughtSku === null || boughtSku === sku ? 'bought it' : `bought a substitute: ${boughtSku}`;
}
