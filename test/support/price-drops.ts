import type { Outbound } from '../../activities/channels/channel.ts';
import type { WaveEnd } from '../../activities/contract.ts';
import { createPageActivities } from '../../activities/serve-page.ts';
import { createWatchActivities } from '../../activities/watch.ts';
import { saveOverrides, saveShopSettings } from '../../src/db/queries/save-settings.ts';
import { journeyScope, shopScope } from '../../src/domain/setting-scopes.ts';
import { cheaperNow } from '../../src/messages/cheaper-now.ts';
import { watchDefinitions } from '../../workflows/definitions.ts';
import { priceDrop } from '../../workflows/watches/price-drop.ts';
import { channelsOf } from './channels-of.ts';
import { testDatabase } from './database.ts';
import { finishWave } from './finish-wave.ts';
import { routingOver, type GivenEvent } from './routing.ts';

export const name = 'priceDrop';
export const sku = 'pot';

export const costs = (euros: number, over: Partial<GivenEvent> = {}): GivenEvent => ({
  ...{ kind: 'universal', name: 'price.changed', source: 'shop', subject: sku },
  properties: { priceMinor: Math.round(euros * 100), currency: 'EUR' },
  ...over,
});

export const looked = (userId: string, over: Partial<GivenEvent> = {}): GivenEvent => ({
  ...{ name: 'Product Viewed', userId, properties: { sku } },
  ...over,
});

export const shelf = (available: number): GivenEvent => ({
  ...{
    kind: 'universal',
    name: 'stock.changed',
    source: 'shop',
    subject: sku,
    properties: { available, location: '' },
  },
});

export const ordered = (userId: string, bought = sku, id = `order of ${userId}`): GivenEvent => ({
  ...{ name: 'Order Completed', userId },
  properties: { order_id: id, total: 10, currency: 'EUR', products: [{ sku: bought, quantity: 1 }] },
});

/** The shipped watch on a real database: what happens is routed, and its code's steps are taken when the test says. */
export async function startDrops() {
  const database = await testDatabase();
  const { sql } = database;
  const watch = { ...watchDefinitions({ priceDrop })[0]!, holdout: 0 };
  const it = routingOver(sql, [], '2026-05-01T12:00:00.000Z', [watch]);
  const caps = { helpAndOffer: [], offer: [] };
  await saveShopSettings(sql, { scope: shopScope, value: { caps }, at: it.clock.now() });
  const sent: Outbound[] = [];
  const send = async (message: Outbound) => {
    sent.push(message);
    return Promise.resolve({ kind: 'accepted' as const, providerId: `mail-${sent.length}` });
  };
  const common = { database, clock: it.clock, watches: [watch], currency: 'EUR' };
  const channels = channelsOf((channel) => (channel === 'email' ? { channel, send } : null));
  const waves = createWatchActivities(common);
  const pages = createPageActivities({
    ...{ ...common, channels, secret: 'secret of the test', messages: [cheaperNow], heartbeat: () => {} },
    ...{ attempt: () => 1, abort: () => undefined },
  });
  const run = async () => {
    const [row] = await sql<{ id: string; seq: number; wave: number }[]>`
      select r.id, (select max(seq) from dispatches d where d.run_id = r.id)::int as seq,
        (select coalesce(max(wave), 0) from waves w where w.run_id = r.id)::int as wave
      from runs r where r.name = ${name} and r.subject = ${sku}`;
    return row ?? null;
  };
  const made = {
    ...it,
    ...{ database, sql, watch, sent, waves, run },
    /** Lets so many hours pass, and then things happen, one after the other. */
    async happens(hours: number, ...events: GivenEvent[]) {
      it.moveTo(new Date(it.clock.now().getTime() + hours * 3_600_000).toISOString());
      await it.acceptAndRoute(...events);
    },
    /** People whom a mail reaches. */
    async people(...ids: string[]) {
      await it.acceptAndRoute(
        ...ids.map((userId): GivenEvent => ({
          ...{ kind: 'identify', userId, admin: true, traits: { email: `${userId}@shop.example` } },
        })),
      );
      await sql`
        insert into consents (id, customer_id, channel, state, source, at)
        select gen_random_uuid(), i.customer_id, 'email', 'granted', 'test', ${it.clock.now()}
        from customer_ids i where i.external_id = any(${ids})`;
    },
    set: (overrides: Record<string, string | number>) =>
      saveOverrides(sql, { scope: journeyScope(name), overrides, at: it.clock.now() }),
    /** What the run was woken by last: how many it finds; null when it has no run. */
    async gather(): Promise<number | null> {
      const found = await run();
      return found && (await waves.gather({ runId: found.id, seq: found.seq })).customers;
    },
    /** The next wave, page after page; null when none begins. */
    async wave(): Promise<WaveEnd | null> {
      const { id: runId, wave } = (await run())!;
      const begun = await waves.beginWave({ runId, wave: wave + 1, message: cheaperNow.name });
      if (begun.kind === 'none') return null;
      return finishWave({ ...waves, ...pages }, { runId, wave: begun.wave, message: cheaperNow });
    },
    /** Gathers, and serves one wave: the names of those who are told. */
    async told(): Promise<string[]> {
      await made.gather();
      return made.served();
    },
    async served(): Promise<string[]> {
      const before = sent.length;
      if (await run()) await made.wave();
      return sent.slice(before).map(({ to }) => to.replace(/@.*/, ''));
    },
    /** The words of what was last said of somebody. */
    async words(userId: string): Promise<string> {
      const [row] = await sql<{ words: string }[]>`
        select d.verdicts -> -1 ->> 'words' as words from deliveries d
        join customer_ids i on i.customer_id = d.customer_id and i.external_id = ${userId} order by d.at desc limit 1`;
      return row?.words ?? '';
    },
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  };
  return made;
}
