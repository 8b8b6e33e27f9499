import { Bench } from './bench.ts';
import { questions } from './questions/index.ts';
import type { Finding } from './question.ts';
import { machine, sayFigure, sectionOf, writeResults } from './results.ts';

/** `npm run bench`: all questions, or those whose letters are given; prints what they show and writes RESULTS.md. */
async function main(): Promise<void> {
  const asked = process.argv.slice(2).map((letter) => letter.replace(/\W/g, ''));
  const unknown = asked.filter((letter) => !questions.some((question) => question.letter === letter));
  if (unknown.length > 0) {
    const known = questions.map(({ letter, title }) => `  ${letter}  ${title}`).join('\n');
    console.error(`There is no question ${unknown.join(', ')}. There are:\n${known}`);
    process.exit(1);
  }
  const sections = new Map<string, string>();
  let shared: Bench | null = null;
  for (const question of questions) {
    if (asked.length > 0 && !asked.includes(question.letter)) continue;
    console.log(`(${question.letter}) ${question.title}`);
    const bench: Bench = question.sharesBench && shared ? shared : await Bench.open();
    const on = machine(bench.clock);
    const finding = await question.measure(bench, 'full');
    say(finding);
    sections.set(question.letter, sectionOf(question, finding, on));
    await writeResults(sections);
    if (question.sharesBench) {
      await bench.endParts();
      shared = bench;
    } else await bench[Symbol.asyncDispose]();
  }
  await shared?.[Symbol.asyncDispose]();
}

function say({ lines }: Finding): void {
  for (const { what, figure, unit = 'ratio', aim } of lines) {
    const said = [figure.median, figure.least, figure.greatest].map((value) => sayFigure(value, unit));
    const met = aim ? `  aim ${aim.words}: ${aim.isMet ? 'met' : 'not met'}` : '';
    console.log(`  ${what}: ${said[0]} (${said[1]} to ${said[2]})${met}`);
  }
}

await main();
process.exit(0);
