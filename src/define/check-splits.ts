import { outcomePattern } from '../domain/outcome.ts';
import { sayValue } from '../domain/say-value.ts';
import type { JourneyDefinition } from './journey.ts';

/** Shares are decimals: their sum may be off by what a sum of floats is. */
const tolerance = 1e-9;

/** What is wrong with a journey's splits, one sentence for each mistake. */
export function splitProblems({ splits }: Pick<JourneyDefinition, 'splits'>): string[] {
  return Object.entries(splits).flatMap(([name, shares]) => [
    ...nameProblems(name),
    ...Object.keys(shares).flatMap((arm) => armProblems(name, arm)),
    ...shareProblems(name, shares),
  ]);
}

function nameProblems(split: string): string[] {
  if (outcomePattern.test(split)) return [];
  return [
    `splits.${split}: expected a name of lower-case letters, digits and hyphens, such as 'nudge-tone'.`,
  ];
}

function armProblems(split: string, arm: string): string[] {
  if (outcomePattern.test(arm)) return [];
  return [
    `splits.${split}.${arm}: expected an arm of lower-case letters, digits and hyphens, such as 'warm'.`,
  ];
}

function shareProblems(split: string, shares: Readonly<Record<string, number>>): string[] {
  const arms = Object.entries(shares);
  if (arms.length < 2) {
    return [
      `splits.${split}: ${arms.length} arms came; expected two or more, such as { plain: 0.5, warm: 0.5 }.`,
    ];
  }
  const wrong = arms.filter(([, share]) => !(typeof share === 'number' && share >= 0 && share <= 1));
  if (wrong.length > 0) {
    return wrong.map(
      ([arm, share]) => `splits.${split}.${arm}: ${sayValue(share)} came; expected a share from 0 to 1.`,
    );
  }
  const sum = arms.reduce((total, [, share]) => total + share, 0);
  if (Math.abs(sum - 1) <= tolerance) return [];
  const words = arms.map(([arm, share]) => `${arm} ${share}`).join(', ');
  return [
    `splits.${split}: ${words} came, together ${Number(sum.toFixed(9))}; expected shares that add up to 1.`,
  ];
}
