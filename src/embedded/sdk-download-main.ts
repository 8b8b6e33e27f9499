/** Run by `downloadBySdk`: starts a server of the SDK's once, which downloads it into the folder given. */
import { TestWorkflowEnvironment } from '@temporalio/testing';

const [, , server, downloadDir] = process.argv;
const executable = { type: 'cached-download', downloadDir: downloadDir ?? '', ttl: '3650 days' } as const;
const environment =
  server === 'temporal'
    ? await TestWorkflowEnvironment.createLocal({ server: { executable } })
    : await TestWorkflowEnvironment.createTimeSkipping({ server: { executable } });
await environment.teardown();
process.exit(0);
