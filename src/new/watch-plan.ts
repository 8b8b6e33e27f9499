import { durableNames, exportOf, messageListing } from './listings.ts';
import { messageFiles } from './message-files.ts';
import type { Plan } from './planned.ts';
import type { WorkflowName } from './workflow-name.ts';

/** A watch on a product's stock that serves who waits for it, with its message and its test. */
export function watchPlan({ kebab, camel }: WorkflowName): Plan {
  const message = {
    name: `${camel}Note`,
    file: `${kebab}-note`,
    why: 'What those who wait were waiting for.',
  };
  const file = `workflows/watches/${kebab}.ts`;
  return {
    files: [
      { path: file, text: watchText(camel, message) },
      ...messageFiles(message),
      { path: `test/workflows/watches/${kebab}.test.ts`, text: testText(camel, message) },
      { path: `test/replay/recordings/${kebab}.ts`, text: recordingsText(camel) },
    ],
    listings: [
      exportOf(camel, `watches/${kebab}.ts`),
      messageListing(message.name, message.file),
      durableNames({ workflows: [camel], messages: [message.file] }),
    ],
    next: [
      `Write the rule in ${file}, and its words in src/messages/${message.file}.content.ts.`,
      `Run its test: npx vitest run --project workflows test/workflows/watches/${kebab}.test.ts`,
      `When the steps are right, record them: npm run record -- ${camel}`,
    ],
  };
}

function watchText(camel: string, message: { name: string; file: string }): string {
  return `import { stock } from '../../src/define/watch.ts';
import { ${message.name} } from '../../src/messages/${message.file}.ts';
import { viewedWhileSoldOut } from '../../src/waiting/viewed-while-sold-out.ts';
import { watch } from '../sdk/watch.ts';

/** Say in one sentence who is told what, when, and why it is worth their while. */
export const ${camel} = watch({
  subject: 'sku',
  wakes: { restocked: stock.rises(0) },
  waiting: viewedWhileSoldOut,
  holdout: 0.1,
  wave: { perUnit: 2, every: '1 hour' },

  async run(product) {
    await product.until('restocked');
    await product.serve(${message.name});
    return 'served';
  },
});
`;
}

function testText(camel: string, message: { name: string; file: string }): string {
  return `import { expect } from 'vitest';
import { productViewed } from '../../../src/events/product-viewed.ts';
import { startTestShop, timeSkippedTest as test } from '../../../testing/index.ts';

/** Only this one, for another's messages would count against the same caps. */
const only = ['${camel}'];

test('as many as the shelf can serve are told, and the others an hour later', async () => {
  await using shop = await startTestShop({ only });
  await shop.report('stock.changed', 'kettle', { available: 0 });
  for (const id of ['ada', 'grace', 'hedy']) {
    await shop.identify(id);
    await shop.track(id, productViewed, { sku: 'kettle' });
  }
  await shop.report('stock.changed', 'kettle', { available: 1 });
  expect(await shop.deliveries('ada')).toMatchObject([{ message: '${message.file}', state: 'accepted' }]);
  expect(await shop.deliveries('grace')).toMatchObject([{ state: 'accepted' }]);
  expect(await shop.deliveries('hedy')).toEqual([]);
  await shop.pass('61 minutes');
  expect(await shop.deliveries('hedy')).toMatchObject([{ state: 'accepted' }]);
});

test('who never looked is told nothing', async () => {
  await using shop = await startTestShop({ only });
  await shop.report('stock.changed', 'kettle', { available: 0 });
  await shop.identify('ada');
  await shop.report('stock.changed', 'kettle', { available: 5 });
  await shop.pass('2 hours');
  expect(await shop.deliveries('ada')).toEqual([]);
});
`;
}

function recordingsText(camel: string): string {
  return `import { productViewed } from '../../../src/events/product-viewed.ts';
import type { TestShop } from '../../../testing/index.ts';
import type { Recordings } from '../recordings.ts';

const restock = async (shop: TestShop) => {
  await shop.report('stock.changed', 'kettle', { available: 0 });
  for (const id of ['ada', 'grace', 'hedy']) {
    await shop.identify(id);
    await shop.track(id, productViewed, { sku: 'kettle' });
  }
  await shop.report('stock.changed', 'kettle', { available: 1 });
};

/** How each wait and the end of an episode is reached; \`npm run record -- ${camel}\` writes the histories. */
export const ${camel}: Recordings = {
  'between-waves': restock,
  served: async (shop) => {
    await restock(shop);
    await shop.pass('3 hours');
  },
};
`;
}
