import { onlyNamedSubstitutes, type SubstituteRule } from '../domain/substitutes.ts';
import type { WaitingList } from './waiting-list.ts';

/** The setting with which an operator changes how much dearer or cheaper a substitute may be. */
export const substitutesWithin = 'substitutesWithin';

/** The most that may be set there: ten times the price. */
export const mostSubstitutesWithin = 10;

/** The settings that the watches of a list have for its substitutes, with the defaults it declares. */
export function substituteSettings(waiting: Pick<WaitingList, 'substitutes'>): Record<string, number> {
  const otherwise = waiting.substitutes?.else;
  return otherwise ? { [substitutesWithin]: otherwise.priceWithin } : {};
}

/** The rule of a watch's list, as operators have set it. */
export function substituteRule(
  waiting: Pick<WaitingList, 'substitutes'>,
  overrides: Readonly<Record<string, string | number>>,
): SubstituteRule {
  const declared = waiting.substitutes ?? onlyNamedSubstitutes;
  const priceWithin = overrides[substitutesWithin];
  if (declared.else === false || typeof priceWithin !== 'number') return declared;
  return { ...declared, else: { ...declared.else, priceWithin } };
}
