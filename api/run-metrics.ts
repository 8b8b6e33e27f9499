import { Gauge, type Registry } from 'prom-client';
import { runTroubles } from '../src/db/queries/run-troubles.ts';
import { bounds } from '../src/domain/bounds.ts';
import { spanMs } from '../src/domain/span.ts';
import type { RouteDeps } from './deps.ts';
import { withinTime } from './within-time.ts';

/** Real milliseconds that a run has to end after its time is over, before it counts as stuck. */
const graceMs = 10 * 60_000;
/** Real milliseconds for which a failed run is counted. */
const failedForMs = 60 * 60_000;

/** Tells of runs that somebody should look at, by the name of their journey or watch. What is not known is not shown. */
export function runMetrics(
  registry: Registry,
  {
    database,
    log,
    clock,
    journeys,
    watches,
  }: Pick<RouteDeps, 'database' | 'log' | 'clock' | 'journeys' | 'watches'>,
): void {
  new Gauge({
    name: 'kairos_runs_troubled',
    help: 'Runs to look at in the Temporal UI: stuck, open ten minutes after the time they may last; failed, closed so in the last hour',
    labelNames: ['name', 'trouble'],
    registers: [registry],
    async collect() {
      this.reset();
      const ago = (realMs: number) => clock.fromReal(new Date(clock.realNow().getTime() - realMs));
      const openedBefore = new Map([
        // A watch lasts for as long as there is something to watch: of it, only what failed is counted.
        ...watches.map(({ name }): [string, Date] => [name, new Date(0)]),
        ...journeys.map(({ name, lasts }): [string, Date] => [
          name,
          new Date(ago(graceMs).getTime() - spanMs(lasts)),
        ]),
      ]);
      try {
        const asked = { openedBefore, failedSince: ago(failedForMs), ...bounds };
        for (const one of await withinTime(runTroubles(database.sql, asked), bounds.countMs)) {
          this.set({ name: one.name, trouble: 'stuck' }, one.stuck);
          this.set({ name: one.name, trouble: 'failed' }, one.failed);
        }
      } catch (error) {
        log.warn({ err: error }, 'the runs could not be counted');
      }
    },
  });
}
