import type { ChannelAdapter, Outbound } from '../../activities/channels/channel.ts';
import type { WaveBegun, WaveEnd } from '../../activities/contract.ts';
import { createPageActivities } from '../../activities/serve-page.ts';
import { createWatchActivities } from '../../activities/watch.ts';
import type { MessageType } from '../../src/define/message.ts';
import type { WatchDefinition } from '../../src/define/watch.ts';
import { channelsOf } from './channels-of.ts';
import { testDatabase, type TestDatabase } from './database.ts';
import { finishWave } from './finish-wave.ts';
import { routingOver } from './routing.ts';

/** A watch from the report that wakes it to the provider's call, on a real database, without Temporal: a test is its workflow. */
export interface RoutedWatch extends ReturnType<typeof routingOver>, AsyncDisposable {
  database: TestDatabase;
  /** What the run on a subject was told so far: the names of its wakes, in order. */
  wakes(subject: string): Promise<string[]>;
  /** Gathers for the last thing that the run was told of, or for this one. */
  gather(subject: string, seq?: number): Promise<number>;
  begin(subject: string): Promise<WaveBegun>;
  /** Page after page of the wave begun last, and its end. */
  finish(subject: string): Promise<WaveEnd>;
  /** What went out since this was asked last: to whom, and in which words. */
  said(): { to: string; text: string }[];
  /** The entries of those gathered, as `user state reason`. */
  entries(): Promise<string[]>;
}

/** @param message what the watch serves. */
export async function routedWatch(
  watch: WatchDefinition,
  message: MessageType<unknown>,
  startAt: string,
): Promise<RoutedWatch> {
  const database = await testDatabase();
  const { sql } = database;
  const routing = routingOver(sql, [], startAt, [watch]);
  let calls: Outbound[] = [];
  const parts = {
    ...{ database, clock: routing.clock, watches: [watch], secret: 'secret of the test' },
    channels: channelsOf((channel) => keeping(channel, (message) => calls.push(message))),
    heartbeat: () => {},
    attempt: () => 1,
    abort: () => undefined,
  };
  const waves = createWatchActivities(parts);
  const pages = createPageActivities(parts);
  const runOf = async (subject: string): Promise<{ runId: string; seq: number }> => {
    const [run] = await sql<{ runId: string; seq: number }[]>`
      select id as "runId", last_seq as seq from runs where name = ${watch.name} and subject = ${subject}`;
    return run!;
  };
  const lastWave = async (runId: string): Promise<number> => {
    const [row] = await sql<{ wave: number }[]>`
      select coalesce(max(wave), 0)::int as wave from waves where run_id = ${runId}`;
    return row!.wave;
  };
  return {
    ...routing,
    database,
    async wakes(subject) {
      const rows = await sql<{ wake: string }[]>`
        select event_name as wake from dispatches d join runs r on r.id = d.run_id
        where r.subject = ${subject} order by d.seq`;
      return rows.map(({ wake }) => wake);
    },
    async gather(subject, seq) {
      const run = await runOf(subject);
      return (await waves.gather({ ...run, seq: seq ?? run.seq })).customers;
    },
    async begin(subject) {
      const { runId } = await runOf(subject);
      return waves.beginWave({ runId, wave: (await lastWave(runId)) + 1, message: message.name });
    },
    async finish(subject) {
      const { runId } = await runOf(subject);
      return finishWave({ ...waves, ...pages }, { runId, wave: await lastWave(runId), message });
    },
    said() {
      const said = calls.map(({ to, content }) => ({ to, text: JSON.stringify(content) }));
      calls = [];
      return said;
    },
    async entries() {
      const rows = await sql<{ user: string; state: string; reason: string | null }[]>`
        select i.external_id as user, w.state, w.reason from waiting_entries w
        join customer_ids i on i.customer_id = w.customer_id and i.kind = 'user'
        order by w.since, w.id`;
      return rows.map(({ user, state, reason }) => [user, state, reason].filter(Boolean).join(' '));
    },
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  };
}

function keeping(channel: ChannelAdapter['channel'], keep: (message: Outbound) => void): ChannelAdapter {
  const send: ChannelAdapter['send'] = async (message) => {
    keep(message);
    return { kind: 'accepted', providerId: null };
  };
  return { channel, send };
}
