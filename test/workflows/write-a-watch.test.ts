import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { productViewed } from '../../src/events/product-viewed.ts';
import { startTestShop, timeSkippedTest } from '../../testing/index.ts';
import { watchVersions } from '../../workflows/definitions.ts';
import { hayFever } from '../docs/hay-fever.ts';
import { pollenHelp } from '../docs/hay-fever-message.ts';

/** The page's example is compiled in test/docs, and run here. */
const root = new URL('../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');
const flat = (code: string) => code.replaceAll(/\s+/g, ' ');
const blocks = (page: string) =>
  [...read(page).matchAll(/^```ts\n([^]*?)^```/gm)].map(([, code]) => flat(code!.trim()));

timeSkippedTest('a kind of event of one’s own finds whom it helps, and no others', async () => {
  await using shop = await startTestShop({
    workflows: new URL('../docs/hay-fever.ts', import.meta.url),
    messages: [pollenHelp],
  });
  for (const [id, region] of [
    ['ada', 'bremen'],
    ['grace', 'bremen'],
    ['hedy', 'kiel'],
  ] as const) {
    await shop.identify(id, { traits: { region } });
    if (id !== 'grace') await shop.track(id, productViewed, { sku: 'spray', category: 'hay-fever' });
  }
  const forecast = { day: shop.now().toISOString().slice(0, 10), plant: 'birch' };
  await shop.report('pollen.forecast', 'bremen', { ...forecast, level: 2 });
  expect(await shop.deliveries('ada'), 'not much flies').toEqual([]);
  await shop.report('pollen.forecast', 'bremen', { ...forecast, level: 5 });
  expect(await shop.deliveries('ada')).toMatchObject([{ message: 'pollen-help', state: 'accepted' }]);
  expect(await shop.deliveries('grace'), 'nothing to do with hay fever').toEqual([]);
  expect(await shop.deliveries('hedy'), 'lives elsewhere').toEqual([]);
});

test('the examples of the README and of the page are compiled, word for word', () => {
  const compiled = flat(
    read('test/docs/hay-fever.ts') +
      read('workflows/watches/back-in-stock.ts') +
      read('test/types/watch.test.ts'),
  );
  expect(blocks('docs/write-a-watch.md').filter((code) => !compiled.includes(code))).toEqual([]);
  const shown = blocks('README.md').filter((code) => code.includes('watch({'));
  expect(shown.length).toBe(2);
  expect(shown.filter((code) => !compiled.includes(code))).toEqual([]);
  expect(watchVersions({ hayFever }).map(({ name }) => name)).toEqual(['hayFever']);
});
