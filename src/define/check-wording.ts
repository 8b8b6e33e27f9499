import { outcomePattern } from '../domain/outcome.ts';
import { shown } from './check-field.ts';
import type { MessageType } from './message.ts';

/** How many products a message may recommend. */
export const mostRecommendations = 12;

/** What is wrong with what a message asks for beside its data, one sentence for each mistake. */
export function wordingProblems({
  variants,
  codes,
  recommendations,
}: Pick<MessageType, 'variants' | 'codes' | 'recommendations'>): string[] {
  return [
    ...(variants === undefined ? [] : variantProblems(variants)),
    ...(codes === undefined || outcomePattern.test(codes)
      ? []
      : [
          `codes: ${shown(codes)} came; expected a pool's name of lower-case letters, digits and hyphens, such as 'spring-10'.`,
        ]),
    ...(recommendations === undefined || isCount(recommendations)
      ? []
      : [`recommendations: ${shown(recommendations)} came; expected how many, 1 to ${mostRecommendations}.`]),
  ];
}

const isCount = (value: number) => Number.isInteger(value) && value >= 1 && value <= mostRecommendations;

function variantProblems(variants: Readonly<Record<string, number>>): string[] {
  const all = Object.entries(variants);
  if (all.length < 2) {
    return [`variants: ${all.length} came; expected two or more, such as { plain: 1, warm: 1 }.`];
  }
  const wrong = all.flatMap(([name, weight]) => [
    ...(outcomePattern.test(name)
      ? []
      : [`variants.${name}: expected a name of lower-case letters, digits and hyphens, such as 'warm'.`]),
    ...(Number.isFinite(weight) && weight >= 0
      ? []
      : [`variants.${name}: ${shown(weight)} came; expected a weight of 0 or more.`]),
  ]);
  if (wrong.length > 0 || all.some(([, weight]) => weight > 0)) return wrong;
  return ['variants: all weights are 0; expected one above it, or nobody would get the message.'];
}
