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
  return `// ${camel} ${message.file}`;
}

function recordingsText(camel: string): string {
  return `// ${camel}`;
}
