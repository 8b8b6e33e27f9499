import { problemsOfSpan, shown } from './check-field.ts';
import { choices, mostCombined } from './competing.ts';
import type { WatchDefinition } from './watch.ts';

/** What is wrong with what a watch does about products that are back together, one sentence for each mistake. */
export function competingProblems({ competing, subject, audience }: WatchDefinition): string[] {
  if (competing === undefined) return [];
  const problems = problemsOfSpan('competing.within', competing.within);
  if (subject !== 'sku')
    problems.push(
      `competing: the watch is on a ${subject}; expected one on a sku: products are told of together.`,
    );
  if (audience !== null)
    problems.push(
      'competing: it came beside an audience; expected a waiting list: only who waits can wait for several.',
    );
  const { combine, choose } = competing;
  if ((combine === undefined) === (choose === undefined))
    return [
      ...problems,
      `competing: expected either combine, such as 3, or choose, such as 'longest-waiting'.`,
    ];
  if (choose !== undefined && !choices.includes(choose))
    problems.push(`competing.choose: ${shown(choose)} came; expected ${choices.join(', ')}.`);
  if (combine !== undefined && !(Number.isInteger(combine) && combine >= 2 && combine <= mostCombined))
    problems.push(
      `competing.combine: ${shown(combine)} came; expected a whole number from 2 to ${mostCombined}.`,
    );
  return problems;
}
