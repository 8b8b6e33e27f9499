import { problemsOfRule } from '../domain/date-rule.ts';
import { shown } from './check-field.ts';
import { isDateStart, type DateSource } from './date-start.ts';
import type { JourneyDefinition } from './journey.ts';

/** What is wrong with a start on a date, in sentences that name the field. */
export function problemsOfDateStart({ starts, per }: JourneyDefinition): string[] {
  if (!isDateStart(starts)) return [];
  const problems = problemsOfRule(starts.rule).map(([field, sentence]) => `starts.${field}: ${sentence}`);
  if (per !== 'occasion')
    problems.push(
      `per: ${shown(per)} came; expected none: what starts on a date has one run for each occasion.`,
    );
  return [...problems, ...problemsOfSource(starts.source)];
}

function problemsOfSource(source: DateSource): string[] {
  const names = Object.entries(source ?? {}).filter(([field]) => field !== 'kind');
  const isWhole = names.length > 0 && names.every(([, name]) => typeof name === 'string' && name !== '');
  if (isWhole) return [];
  return [
    `starts: ${shown(source)} came; expected the name of a trait, or lastTime(event), firstTime(event) or dateIn(event, 'property').`,
  ];
}
