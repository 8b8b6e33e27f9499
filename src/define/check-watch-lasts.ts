import { isSpan, spanMs, type Span } from '../domain/span.ts';
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
    const problem = pauseProblem(lasts, field, span);
    if (problem !== null) problems.push(problem);
  }
  return problems;
}

/** What is wrong with a pause of a watch whose customers wait no longer than it lasts; null: nothing, or it is no span. */
export function pauseProblem(lasts: Span, field: string, pause: Span | undefined): string | null {
  if (pause === undefined || !isSpan(pause) || spanMs(pause) < spanMs(lasts)) return null;
  return `lasts: "${lasts}" came; expected a longer time than ${field}, "${pause}": nobody would be left for the wave after it.`;
}
