import { defineConfig } from 'vitest/config';

const globalSetup = ['test/support/postgres-setup.ts'];
/** These start processes of ours: too slow for every commit. */
const withProcesses = [
  'test/{bin,clients,embedded,start,e2e}/**/*.test.ts',
  'test/replay-cli/command.test.ts',
  'test/sandbox/process.test.ts',
];
/** These need the bundle of all workflows. */
const withBundle = ['test/workflows/{,journeys/,watches/}*.test.ts'];
/** Load and kill -9, minutes long. */
const plug = ['test/plug/**/*.test.ts'];
/** Not a test but how histories are recorded: `KAIROS_RECORD=1 npx vitest run --project workflows`. */
const recorder = process.env['KAIROS_RECORD'] ? [] : ['test/replay/record.test.ts'];

/** Of what mostly waits for processes and for Temporal, three files at a time keep two cores at work. */
const mostlyWaits = { maxWorkers: 3 };

/** One after the other, so that none slows the next. `fast` is part of `npm run check`; the others join it in `npm test`. Each file has a database of its own. */
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
          sequence: { groupOrder: 0 },
          globalSetup,
          include: ['test/**/*.test.ts'],
          exclude: ['test/replay/**', ...withBundle, ...withProcesses, ...plug],
        },
      },
      {
        extends: true,
        test: {
          name: 'workflows',
          sequence: { groupOrder: 1 },
          globalSetup: [...globalSetup, 'test/support/workflow-bundle-setup.ts'],
          include: [...withBundle, 'test/replay/**/*.test.ts'],
          exclude: recorder,
          ...mostlyWaits,
          testTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          sequence: { groupOrder: 2 },
          globalSetup,
          include: withProcesses,
          ...mostlyWaits,
          testTimeout: 180_000,
          hookTimeout: 300_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'plug',
          sequence: { groupOrder: 3 },
          globalSetup,
          include: plug,
          testTimeout: 180_000,
          hookTimeout: 900_000,
        },
      },
    ],
  },
});
