import type { ChannelAdapter, Outbound } from '../../activities/channels/channel.ts';
import type { WaveBegun, WaveEnd } from '../../activities/contract.ts';
import { createPageActivities } from '../../activities/serve-page.ts';
import { createWatchActivities } from '../../activities/watch.ts';
import type { MessageType } from '../../src/define/message.ts';
import type { WatchDefinition } from '../../src/define/watch.ts';
import { renderMessage } from '../../src/messages/render.ts';
import { channelsOf } from './channels-of.ts';
import { testDatabase } from './database.ts';
import { finishWave } from './finish-wave.ts';
import { routingOver, type GivenEvent } from './routing.ts';

export type World = Awaited<ReturnType<typeof startWorld>>;

/** Somebody whom a mail reaches. */
type Somebody = string | { userId: string; traits?: Record<string, unknown> };

/**
 * A watch from the event that wakes it to the provider's call, on a real database, without Temporal: what happens is
 * routed, and the test is its workflow. Mails are taken, no other channel is there.
 * @param message what the watch serves.
 */
export async function startWorld(
  watch: WatchDefinition,
  message: MessageType<unknown>,
  { startAt = '2026-05-01T12:00:00.000Z', currency = 'USD' } = {},
) {
  const database = await testDatabase();
  const { sql } = database;
  const routing = routingOver(sql, [], startAt, [watch]);
  const { clock } = routing;
  const sent: Outbound[] = [];
  const said: Record<string, unknown>[] = [];
  const send: ChannelAdapter['send'] = async (message) => {
    sent.push(message);
    return Promise.resolve({ kind: 'accepted', providerId: `mail-${sent.length}` });
  };
  const parts = {
    ...{ database, clock, currency, watches: [watch], secret: 'secret of the test', messages: [message] },
    channels: channelsOf((channel) => (channel === 'email' ? { channel, send } : null)),
    render: (input: Parameters<typeof renderMessage>[0]) => {
      said.push(input.data);
      return renderMessage(input);
    },
    ...{ attempt: () => 1, abort: () => undefined, heartbeat: () => {} },
  };
  const waves = createWatchActivities(parts);
  const pages = createPageActivities(parts);
  const lastRun = async (subject: string) => {
    const [run] = await sql<{ id: string; seq: number; state: string; wave: number }[]>`
      select id, last_seq as seq, state, (select coalesce(max(wave), 0) from waves w where w.run_id = r.id)::int as wave
      from runs r where name = ${watch.name} and subject = ${subject} order by n desc limit 1`;
    return run;
  };
  const begin = async (subject: string): Promise<WaveBegun> => {
    const { id: runId, wave } = (await lastRun(subject))!;
    return waves.beginWave({ runId, wave: wave + 1, message: message.name });
  };
  const finish = async (subject: string): Promise<WaveEnd> => {
    const { id: runId, wave } = (await lastRun(subject))!;
    return finishWave({ ...waves, ...pages }, { runId, wave, message });
  };
  return {
    ...routing,
    ...{ database, sql, watch, waves, begin, finish },
    /** What went out so far, in order. */
    sent,
    /** What the messages that were made so far were made of. */
    said,
    happens: (...events: GivenEvent[]) => routing.acceptAndRoute(...events),
    /** People who agree to mails. */
    async people(...people: Somebody[]) {
      await routing.acceptAndRoute(...people.map(identify));
      await sql`
        insert into consents (id, customer_id, channel, topic, state, source, at)
        select gen_random_uuid(), c.id, 'email', '', 'granted', 'test', ${clock.now()} from customers c
        where not exists (select from consents k where k.customer_id = c.id)`;
    },
    /** The open run on a subject, with the number of what it was told last; undefined: there is none. */
    async runOf(subject: string) {
      const run = await lastRun(subject);
      return run?.state === 'open' ? run : undefined;
    },
    /** What the runs on a subject were told so far: the names of its wakes, in order. */
    async wakes(subject: string): Promise<string[]> {
      const rows = await sql<{ wake: string }[]>`
        select event_name as wake from dispatches d join runs r on r.id = d.run_id
        where r.subject = ${subject} order by r.n, d.seq`;
      return rows.map(({ wake }) => wake);
    },
    /** Gathers for a wake of the subject's run, the newest unless told: how many that are. */
    async gather(subject: string, seq?: number): Promise<number> {
      const run = (await lastRun(subject))!;
      return (await waves.gather({ runId: run.id, seq: seq ?? run.seq })).customers;
    },
    /** The next wave from its beginning to its end, page after page; null when none begins. */
    async wave(subject: string, between: () => Promise<unknown> = async () => {}): Promise<WaveEnd | null> {
      if ((await begin(subject)).kind === 'none') return null;
      await between();
      return finish(subject);
    },
    /** Who was told, by their userIds, in the order of the line. */
    async told(): Promise<string[]> {
      const rows = await sql<{ id: string }[]>`
        select i.external_id as id from deliveries d join waiting_entries e on e.id = d.entry_id
        join customer_ids i on i.customer_id = d.customer_id and i.kind = 'user'
        where d.state = 'accepted' order by d.at, e.since, e.id`;
      return rows.map(({ id }) => id);
    },
    /** The line, longest waiting first, as `userId state reason`. */
    async entries(): Promise<string[]> {
      const rows = await sql<{ words: string }[]>`
        select concat_ws(' ', i.external_id, e.state, e.reason) as words from waiting_entries e
        join customer_ids i on i.customer_id = e.customer_id and i.kind = 'user' order by e.since, e.id`;
      return rows.map(({ words }) => words);
    },
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  };
}

function identify(somebody: Somebody): GivenEvent {
  const { userId, traits = {} } = typeof somebody === 'string' ? { userId: somebody } : somebody;
  const email = `${userId}@shop.example`;
  return { kind: 'identify', userId, admin: true, traits: { email, ...traits } };
}
