import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/support/longest-first.ts';

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

/**
 * `fast`, then `workflows`, then the rest, so that none slows the next. `fast` is part of `npm run check`; the others join
 * it in `npm test`. Each file has a database of its own. When a test or a wait is given up is no promise of the product:
 * those bounds are for machines that are slow, or busy with others.
 */
export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 60_000 } },
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        extends: true,
        test: {
          name: 'fast',
          sequence: { groupOrder: 0 },
          globalSetup,
          include: ['test/**/*.test.ts'],
          exclude: ['test/replay/**', ...withBundle, ...withProcesses, ...plug],
          // Loading all of Kairos anew for each file took a third of the time.
          isolate: false,
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
          testTimeout: 240_000,
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
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'plug',
          // Beside `e2e`: most of its minutes are waits for days that pass.
          sequence: { groupOrder: 2 },
          globalSetup,
          include: plug,
          ...mostlyWaits,
          testTimeout: 300_000,
          hookTimeout: 900_000,
        },
      },
    ],
  },
});
