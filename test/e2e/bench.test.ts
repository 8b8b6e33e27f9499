import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { Bench } from '../../bench/bench.ts';
import { questions } from '../../bench/questions/index.ts';

let bench: Bench;
beforeAll(async () => void (bench = await Bench.open()));
afterEach(() => bench.endParts());
afterAll(() => bench[Symbol.asyncDispose]());

/** Each benchmark in its least form: that it still runs and measures something, not how much. */
for (const question of questions) {
  test(`(${question.letter}) ${question.title}`, async () => {
    const { lines, notes } = await question.measure(bench, 'tiny');
    expect(notes.length).toBeGreaterThan(0);
    expect(lines.some(({ unit = 'ratio' }) => unit === 'ratio')).toBe(true);
    for (const { what, figure, unit } of lines) {
      for (const value of [figure.median, figure.least, figure.greatest]) {
        expect(Number.isFinite(value), what).toBe(true);
        // No call to Temporal at all is what is hoped for.
        if (unit !== 'calls') expect(value, what).toBeGreaterThan(0);
      }
    }
  });
}
