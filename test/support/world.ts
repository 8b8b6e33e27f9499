import { createPageActivities } from '../../activities/serve-page.ts';
import { createWatchActivities } from '../../activities/watch.ts';
import type { WaveEnd } from '../../activities/contract.ts';
import type { MessageType } from '../../src/define/message.ts';
import type { WatchDefinition } from '../../src/define/watch.ts';
import { newId } from '../../src/ids.ts';
import { channelsOf } from './channels-of.ts';
import { testDatabase } from './database.ts';
import { finishWave } from './finish-wave.ts';
import { routingOver, type GivenEvent } from './routing.ts';

/** A watch with an audience between routing and the provider, on a real database; the test asks as its workflow would. */
export async function startWorld(watch: WatchDefinition, message: MessageType<unknown>) {
  const database = await testDatabase();
  const { sql } = database;
  const routing = routingOver(sql, [], '2026-05-01T12:00:00.000Z', [watch]);
  const { clock } = routing;
  /** What went out, by the userId, as its data were. */
  const said: Record<string, unknown>[] = [];
  const parts = {
    ...{ database, clock, watches: [watch], secret: 'secret of the test', messages: [message] },
    channels: channelsOf((channel) => ({
      channel,
      send: async () => ({ kind: 'accepted', providerId: newId(clock) }) as const,
    })),
    render: ({ data }: { data: Record<string, unknown> }) => {
      said.push(data);
      return { text: JSON.stringify(data) };
    },
    ...{ attempt: () => 1, abort: () => undefined, heartbeat: () => {} },
  };
  const waves = createWatchActivities(parts);
  const pages = createPageActivities(parts);
  const runOf = async (subject: string) => {
    const [run] = await sql<{ id: string; seq: number }[]>`
      select id, last_seq as seq from runs where subject = ${subject} and state = 'open'`;
    return run;
  };
  return {
    ...{ database, sql, clock, said },
    moveTo: routing.moveTo,
    /** People who agree to mails, with these traits. */
    async people(...people: { userId: string; traits?: Record<string, unknown> }[]) {
      await routing.acceptAndRoute(
        ...people.map(({ userId, traits }): GivenEvent => ({
          ...{ kind: 'identify', userId, admin: true },
          traits: { email: `${userId}@shop.example`, ...traits },
        })),
      );
      await sql`
        insert into consents (id, customer_id, channel, topic, state, source, at)
        select gen_random_uuid(), c.id, 'email', '', 'granted', 'test', ${clock.now()} from customers c
        where not exists (select from consents k where k.customer_id = c.id)`;
    },
    happens: (...events: GivenEvent[]) => routing.acceptAndRoute(...events),
    runOf,
    /** Who is gathered for a wake of the subject's run, the newest unless told. */
    async gather(subject: string, seq?: number): Promise<number> {
      const run = (await runOf(subject))!;
      return (await waves.gather({ runId: run.id, seq: seq ?? run.seq })).customers;
    },
    /** The next wave from its beginning to its end; null when none begins. */
    async wave(subject: string, between: () => Promise<unknown> = async () => {}): Promise<WaveEnd | null> {
      const { id: runId } = (await runOf(subject))!;
      const [last] = await sql<{ wave: number }[]>`
        select coalesce(max(wave), 0)::int as wave from waves where run_id = ${runId}`;
      const begun = await waves.beginWave({ runId, wave: last!.wave + 1, message: message.name });
      if (begun.kind === 'none') return null;
      const { wave } = begun;
      await between();
      return finishWave({ ...waves, ...pages }, { runId, wave, message });
    },
    /** Who was told, by their userIds, in the order of the line. */
    async told(): Promise<string[]> {
      const rows = await sql<{ id: string }[]>`
        select i.external_id as id from deliveries d join waiting_entries e on e.id = d.entry_id
        join customer_ids i on i.customer_id = d.customer_id and i.kind = 'user'
        where d.state = 'accepted' order by d.at, e.since, e.id`;
      return rows.map(({ id }) => id);
    },
    /** How those who were gathered stand, by their userIds. */
    async line(): Promise<Record<string, string>> {
      const rows = await sql<{ id: string; state: string }[]>`
        select i.external_id as id, concat_ws(' ', e.state, e.reason) as state from waiting_entries e
        join customer_ids i on i.customer_id = e.customer_id and i.kind = 'user' order by e.since, e.id`;
      return Object.fromEntries(rows.map(({ id, state }) => [id, state]));
    },
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  };
}
