import { readFile, writeFile } from 'node:fs/promises';
import { cpus, loadavg, totalmem } from 'node:os';
import { format } from 'prettier';
import type { Clock } from '../src/clock.ts';
import type { Finding, Line, Question } from './question.ts';

/** The file of the results; questions that were not asked this time keep what they showed last. */
export const resultsFile = new URL('RESULTS.md', import.meta.url);

const head = `# Benchmarks

Written by \`npm run bench\`; \`npm run bench -- c d\` asks only some of the questions and keeps the rest. Contenders are
measured side by side in one run, in short rounds that take turns, because no machine is quiet. A ratio is the median of the
ratios of pairs of neighbouring rounds; behind it stand the least and the greatest of them. Everything is real: processes
of Kairos as \`npm start\` runs them, PostgreSQL with fsync on, a Temporal dev server with the same flags. What the
contenders are is in \`bench/questions\` and \`bench/parts\`.
`;

/** The state of the machine, in words that name no machine. */
export function machine(clock: Clock): string {
  return [
    clock.realNow().toISOString().slice(0, 16).replace('T', ' '),
    `${cpus().length} cores`,
    `${Math.round(totalmem() / 2 ** 30)} GB of memory`,
    `Node ${process.version}`,
    `load ${loadavg()[0]!.toFixed(1)} at the start`,
  ].join(', ');
}

export function sectionOf(question: Question, finding: Finding, on: string): string {
  const rows = finding.lines.map(rowOf);
  return [
    `## (${question.letter}) ${question.title}`,
    '',
    `\`npm run bench -- ${question.letter}\`: ${on}.`,
    '',
    '| | median | least to greatest | aim | met |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
    '',
    ...finding.notes.map((note) => `- ${note}`),
    '',
  ].join('\n');
}

function rowOf({ what, figure, unit = 'ratio', aim }: Line): string {
  const say = (value: number) => sayFigure(value, unit);
  const range = figure.least === figure.greatest ? '' : `${say(figure.least)} to ${say(figure.greatest)}`;
  const met = aim ? (aim.isMet ? 'yes' : 'no') : '';
  return `| ${what} | ${say(figure.median)} | ${range} | ${aim?.words ?? ''} | ${met} |`;
}

export function sayFigure(value: number, unit: NonNullable<Line['unit']>): string {
  if (unit === 'ratio') return value.toFixed(value < 0.1 ? 4 : 2);
  if (unit === 'calls') return String(value);
  if (unit === 'bytes') return `${Math.round(value).toLocaleString('en-US')} bytes`;
  const digits = value < 100 ? 1 : 0;
  const number = value.toLocaleString('en-US', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  return unit === 'per second' ? `${number}/s` : `${number} ${unit}`;
}

/** Puts sections in the place of those of the same questions. */
export async function writeResults(sections: ReadonlyMap<string, string>): Promise<void> {
  const before = await readFile(resultsFile, 'utf8').catch(() => '');
  const all = new Map<string, string>();
  for (const part of before.split(/^(?=## \()/m)) {
    const letter = /^## \((\w)\)/.exec(part)?.[1];
    if (letter) all.set(letter, part.trimEnd() + '\n');
  }
  for (const [letter, section] of sections) all.set(letter, section);
  const sorted = [...all].sort(([a], [b]) => a.localeCompare(b)).map(([, section]) => section);
  const text = [head, ...sorted].join('\n');
  await writeFile(resultsFile, await format(text, { parser: 'markdown', printWidth: 110 }));
}
