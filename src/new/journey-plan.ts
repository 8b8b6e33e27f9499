import { durableNames, exportOf, messageListing } from './listings.ts';
import { messageFiles } from './message-files.ts';
import type { Plan } from './planned.ts';
import type { WorkflowName } from './workflow-name.ts';

/** A journey with one wait before and one after its message; its test; and how its histories are recorded. */
export function journeyPlan({ kebab, camel }: WorkflowName): Plan {
  const message = { name: `${camel}Note`, file: `${kebab}-note`, why: 'What is of use to them now.' };
  const file = `workflows/journeys/${kebab}.ts`;
  return {
    files: [
      { path: file, text: journeyText(camel, message) },
      ...messageFiles(message),
      { path: `test/workflows/journeys/${kebab}.test.ts`, text: testText(camel, message) },
      { path: `test/replay/recordings/${kebab}.ts`, text: recordingsText(camel) },
    ],
    listings: [
      exportOf(camel, `journeys/${kebab}.ts`),
      messageListing(message.name, message.file),
      durableNames({ workflows: [camel], messages: [message.file] }),
    ],
    next: [
      `Write the rule in ${file}, and its words in src/messages/${message.file}.content.ts.`,
      `Run its test: npx vitest run --project workflows test/workflows/journeys/${kebab}.test.ts`,
      `When the steps are right, record them: npm run record -- ${camel}`,
    ],
  };
}

function journeyText(camel: string, message: { name: string; file: string }): string {
  return `import { orderCompleted } from '../../src/events/order-completed.ts';
import { productAdded } from '../../src/events/product-added.ts';
import { ${message.name} } from '../../src/messages/${message.file}.ts';
import { journey } from '../sdk/journey.ts';

/** Say in one sentence who is told what, when, and why it is worth their while. */
export const ${camel} = journey({
  starts: productAdded,
  ends: { ordered: orderCompleted },
  again: 'after 7 days',
  lasts: '10 days',
  holdout: 0.1,
  cap: { sends: 1, within: '7 days' },
  settings: { delay: '1 day' },

  async run(customer) {
    await customer.wait(customer.settings.delay);
    await customer.send(${message.name});

    await customer.wait('3 days');
    return 'done';
  },
});
`;
}

function testText(camel: string, message: { name: string; file: string }): string {
  return `import { expect } from 'vitest';
import { orderCompleted } from '../../../src/events/order-completed.ts';
import { productAdded } from '../../../src/events/product-added.ts';
import { startTestShop, timeSkippedTest as test } from '../../../testing/index.ts';

/** Only this one, for another's messages would count against the same caps. */
const only = ['${camel}'];

test('the message goes out after its delay, and the run is done three days later', async () => {
  await using shop = await startTestShop({ only });
  await shop.identify('jane');
  await shop.track('jane', productAdded, { name: 'Kettle' });
  await shop.pass('23 hours');
  expect(await shop.deliveries('jane')).toEqual([]);
  await shop.pass('2 hours');
  expect(await shop.deliveries('jane')).toMatchObject([{ message: '${message.file}', state: 'accepted' }]);
  await shop.pass('3 days');
  expect(await shop.runs('jane')).toMatchObject([{ state: 'closed', outcome: 'done' }]);
});

test('an order ends the run: nothing is sent any more', async () => {
  await using shop = await startTestShop({ only });
  await shop.identify('jane');
  await shop.track('jane', productAdded, { name: 'Kettle' });
  await shop.pass('1 hour');
  await shop.track('jane', orderCompleted, { order_id: 'o-1', total: 29.9 });
  expect(await shop.runs('jane')).toMatchObject([{ state: 'closed', outcome: 'ordered' }]);
  await shop.pass('10 days');
  expect(await shop.deliveries('jane')).toEqual([]);
});
`;
}

function recordingsText(camel: string): string {
  return `import { orderCompleted } from '../../../src/events/order-completed.ts';
import { productAdded } from '../../../src/events/product-added.ts';
import type { TestShop } from '../../../testing/index.ts';
import type { Recordings } from '../recordings.ts';

const begin = async (shop: TestShop) => {
  await shop.identify('jane');
  await shop.track('jane', productAdded, { name: 'Kettle' });
};

/** How each wait and each end of it is reached; \`npm run record -- ${camel}\` writes the histories. */
export const ${camel}: Recordings = {
  'before-note': begin,
  'after-note': async (shop) => {
    await begin(shop);
    await shop.pass('2 days');
  },
  done: async (shop) => {
    await begin(shop);
    await shop.pass('5 days');
  },
  ordered: async (shop) => {
    await begin(shop);
    await shop.pass('1 hour');
    await shop.track('jane', orderCompleted, { order_id: 'o-1', total: 29.9 });
  },
};
`;
}
