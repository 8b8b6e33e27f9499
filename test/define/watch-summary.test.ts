import { expect, test } from 'vitest';
import { describeWorkflows } from '../../src/define/describe-workflow.ts';
import { watchSummary } from '../../src/define/watch-summary.ts';
import { stock } from '../../src/define/watch.ts';
import { journeyVersions } from '../../workflows/definitions.ts';
import { testWatch } from '../support/watches.ts';

test('a watch in one line, with each crossing in words', () => {
  const wakes = { low: stock.falls(3), gone: stock.falls(0), back: stock.rises(0), plenty: stock.rises(10) };
  expect(watchSummary(testWatch({ wakes, holdout: 0 }), 'pot')).toBe(
    'backInStock: watches sku pot; wakes when stock falls to 3 or fewer (low) or stock falls to none (gone) or ' +
      'stock comes back (back) or stock rises above 10 (plenty); serves viewed-while-sold-out, 2 a unit, every 1 hour',
  );
  expect(watchSummary(testWatch(), null)).toContain('backInStock: watches each sku;');
});

test('it is cut to what Temporal takes, without breaking a character', () => {
  const wakes = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`wäkes${i}`, stock.falls(i)]));
  const summary = watchSummary(testWatch({ wakes }), 'pot');
  expect(Buffer.byteLength(summary)).toBeLessThanOrEqual(400);
  expect(summary).toMatch(/…$/);
});

test('workflows are described by name and version, of journeys and watches alike', () => {
  const [second] = [testWatch({ version: 2, workflowType: 'backInStock_v2' })];
  const describe = describeWorkflows({ journeys: journeyVersions(), watches: [testWatch(), second] });
  expect(describe('backInStock', 1, 'pot')).toMatchObject({ workflowType: 'backInStock' });
  expect(describe('backInStock', 2, 'pot')).toEqual({
    workflowType: 'backInStock_v2',
    summary: watchSummary(second, 'pot'),
  });
  expect(describe('abandonedCart', 1)?.summary).toContain('starts on Product Added');
  expect([describe('backInStock', 3, 'pot'), describe('nothing', 1)]).toEqual([null, null]);
});
