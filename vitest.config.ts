import { defineConfig } from 'vitest/config';

const globalSetup = ['test/support/postgres-setup.ts'];

/** `fast` is part of `npm run check`; the others join it in `npm test`. Each file has a database of its own. */
export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 20_000,
    hookTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'fast',
          globalSetup,
          include: ['test/**/*.test.ts'],
          exclude: ['test/{replay,embedded,start,e2e}/**', 'test/workflows/*.test.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'workflows',
          globalSetup: [...globalSetup, 'test/support/workflow-bundle-setup.ts'],
          include: ['test/workflows/*.test.ts', 'test/replay/**/*.test.ts'],
          testTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          globalSetup,
          include: ['test/{embedded,start,e2e}/**/*.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 300_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
