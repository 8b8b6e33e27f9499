import { problemsOfSpan, shown } from './check-field.ts';
import { choices, mostCombined, type Competing } from './competing.ts';
import type { WatchDefinition } from './watch.ts';

/** What is wrong with what a watch does about products that are back together, one sentence for each mistake. */
export function competingProblems({ competing, subject, audience }: WatchDefinition): string[] {
  if (competing === undefined) return [];
  const problems = withinProblems(competing);
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

/** Without it the first of two that are chosen between could be passed over for ever. */
function withinProblems({ within, choose }: Competing): string[] {
  if (within !== undefined) return problemsOfSpan('competing.within', within);
  if (choose === undefined) return [];
  return [
    `competing.within: nothing came beside choose; expected for how long somebody is passed over at most, such as '1 hour'.`,
  ];
}
