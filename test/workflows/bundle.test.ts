import { readdir, readFile } from 'node:fs/promises';
import { expect, inject, test } from 'vitest';

/**
 * Every cached workflow holds all of this; Temporal's own part is some 560 KB, what segments are said with some 45, what
 * messages are declared with some 15, a journey with its messages some 3, a watch with its audience some 5.
 */
const mostBytes = 790_000;

/** What modules under `workflows/` that run in the sandbox may import, beside each other. */
const allowed = [
  /^@temporalio\/workflow$/,
  /src\/(audiences|define|events|messages|projections|segments|waiting|domain)\/[a-z-]+\.ts$/,
  /src\/clock\.ts$/,
];

/** Runs in Node, where it names the definitions for routing. */
const outside = new Set(['definitions.ts']);

test('the bundle stays small: a schema library or a template engine would not fit', async () => {
  const code = await readFile(inject('workflowBundle'), 'utf8');
  const withoutMap = code.slice(0, code.lastIndexOf('//# sourceMappingURL'));
  expect(withoutMap.length).toBeGreaterThan(100_000);
  expect(withoutMap.length).toBeLessThan(mostBytes);
  expect(withoutMap).not.toMatch(/node_modules\/(zod|liquidjs|drizzle-orm|postgres|pino)\//);
});

test('workflows import the declared vocabulary and rules only; from activities, types only', async () => {
  const files = (await readdir('workflows', { recursive: true })).filter((file) => file.endsWith('.ts'));
  const wrong: string[] = [];
  for (const file of files.filter((file) => !outside.has(file))) {
    const text = await readFile(`workflows/${file}`, 'utf8');
    for (const [, isType, from] of text.matchAll(/^(?:import|export) (type )?[^;]*? from '([^']+)';/gms)) {
      const fine =
        from!.startsWith('./') ||
        /^\.\.\/(sdk|journeys|watches)\//.test(from!) ||
        allowed.some((one) => one.test(from!));
      if (!fine && !(isType && /activities\/contract\.ts$/.test(from!))) wrong.push(`${file}: ${from}`);
    }
  }
  expect(wrong).toEqual([]);
});
