import { Gauge, type Registry } from 'prom-client';
import { codesLeft } from '../src/db/queries/count-codes.ts';
import type { Content } from '../src/define/content.ts';
import { bounds } from '../src/domain/bounds.ts';
import type { RouteDeps } from './deps.ts';
import { withinTime } from './within-time.ts';

/** The pools that messages take codes from, with the names of these. */
export function poolsOf(contents: readonly Content<unknown>[]): Map<string, string[]> {
  const pools = new Map<string, string[]>();
  for (const { message } of contents) {
    if (message.codes === undefined) continue;
    pools.set(message.codes, [...(pools.get(message.codes) ?? []), message.name]);
  }
  return pools;
}

/** Tells of pools of codes that run out, before their messages are withheld. What is not known is not shown. */
export function codeMetrics(
  registry: Registry,
  { database, log, contents }: Pick<RouteDeps, 'database' | 'log' | 'contents'>,
): void {
  const pools = [...poolsOf(contents).keys()];
  new Gauge({
    name: 'kairos_codes_left',
    help: `Coupon codes of a pool that went out with no delivery yet, counted up to ${bounds.countedItems}: add some before there are none, or its messages are withheld`,
    labelNames: ['pool'],
    registers: [registry],
    async collect() {
      this.reset();
      if (pools.length === 0) return;
      try {
        const counted = await withinTime(codesLeft(database.sql, pools, bounds.countedItems), bounds.countMs);
        for (const { pool, left } of counted) this.set({ pool }, left);
      } catch (error) {
        log.warn({ err: error }, 'the coupon codes could not be counted');
      }
    },
  });
}
