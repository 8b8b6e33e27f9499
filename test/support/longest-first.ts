import { relative } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * What takes longest, in about so many seconds on two cores; all others take less. By itself vitest would begin with the
 * files that have most bytes, and the longest of all would be left for the end, when the other workers have nothing to
 * do.
 */
const seconds: Record<string, number> = {
  'test/plug/pull-the-plug.test.ts': 290,
  'test/e2e/bench.test.ts': 190,
  'test/start/start.test.ts': 180,
  'test/e2e/new.test.ts': 165,
  'test/e2e/thread.test.ts': 135,
  'test/plug/arrangement.test.ts': 115,
  'test/e2e/back-in-stock.test.ts': 90,
  'test/e2e/demo.test.ts': 78,
  'test/workflows/wave-of-thousands.test.ts': 78,
  'test/workflows/correlation.test.ts': 61,
  'test/workflows/splits.test.ts': 56,
  'test/workflows/watch-life.test.ts': 44,
  'test/workflows/dispatch.test.ts': 41,
  'test/start/errors.test.ts': 38,
  'test/bin/migrate.test.ts': 34,
  'test/clients/analytics-next.test.ts': 33,
  'test/workflows/abandoned-cart.test.ts': 31,
  'test/workflows/run-life.test.ts': 30,
  'test/start/ordinary-user.test.ts': 27,
  'test/bin/api.test.ts': 26,
  'test/workflows/watches/back-in-stock.test.ts': 26,
  'test/workflows/held-overnight.test.ts': 26,
  'test/api/erasure.test.ts': 21,
  'test/workflows/lint.test.ts': 21,
  'test/workflows/keeper.test.ts': 21,
};

/** Each group of projects begins with what takes longest. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const weightOf = ({ moduleId }: TestSpecification) =>
      seconds[relative(this.ctx.config.root, moduleId)] ?? 0;
    const orderOf = ({ project }: TestSpecification) => project.config.sequence.groupOrder;
    return sorted.toSorted((a, b) => orderOf(a) - orderOf(b) || weightOf(b) - weightOf(a));
  }
}
