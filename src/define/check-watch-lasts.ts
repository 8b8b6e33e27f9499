import { isSpan, spanMs } from '../domain/span.ts';
import { problemsOfSpan } from './check-field.ts';
import type { WatchDefinition } from './watch.ts';

/** What is wrong with how long somebody waits at most, one sentence for each mistake. */
export function lastsProblems({ lasts, wave, waiting, opens, competing }: WatchDefinition): string[] {
  if (lasts === undefined) return [];
  const problems = problemsOfSpan('lasts', lasts);
  if (problems.length > 0) return problems;
  if (waiting !== null && opens === undefined)
    problems.push(
      `lasts: a run opens only when something wakes it, and would not see that somebody has waited for ${lasts}; expected opens: 'when waited for' beside it.`,
    );
  const pauses = [
    { field: 'wave.every', span: wave?.every },
    { field: 'competing.within', span: competing?.within },
  ];
  for (const { field, span } of pauses) {
    if (span === undefined || !isSpan(span) || spanMs(span) < spanMs(lasts)) continue;
    problems.push(
      `lasts: "${lasts}" came; expected a longer time than ${field}, "${span}": nobody would be left for the wave after it.`,
    );
  }
  return problems;
}
