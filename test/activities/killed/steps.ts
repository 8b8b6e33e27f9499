import type { Sql, TransactionSql } from 'postgres';
import type { ChannelAdapter } from '../../../activities/channels/channel.ts';
import { createChannels } from '../../../activities/channels/create-channels.ts';
import type { PageInput, SendInput } from '../../../activities/contract.ts';
import { createChannelActivities } from '../../../activities/send.ts';
import { createPageActivities } from '../../../activities/serve-page.ts';
import { createClock } from '../../../src/clock.ts';
import { message } from '../../../src/define/message.ts';
import { realTime } from '../../../src/domain/time-scale.ts';
import { channelsOf } from '../../support/channels-of.ts';
import { testJourney } from '../../support/test-journey.ts';
import { testWatch } from '../../support/test-watch.ts';

/** What an activity does one after the other, as far as anybody else could notice: on the database, and at the provider. */
export type Step = 'look' | 'begin' | 'commit' | 'mark' | 'call' | 'write' | 'end';

/** One activity that a worker carries out, by the provider of a sandbox. */
export type Asked = { sandboxUrl: string; knowsIds: boolean } & ({ send: SendInput } | { page: PageInput });

/** The world of such a worker. */
export interface World {
  sql: Sql;
  nowMs: number;
}

export const hello = message<object>({ name: 'hello', purpose: 'help', channels: ['email'] });
const content = { subject: 'Hello', html: '<p>Hello</p>', text: 'Hello' };
/** So that a page of three has two calls. */
const mailsOfCall = 2;
const definitions = [testJourney('cart')];
const watches = [testWatch()];

/** Carries it out with the real activity, which waits before each of its steps for what it is told of it. */
export async function carryOut(
  { sql, nowMs }: World,
  asked: Asked,
  before: (step: Step) => Promise<void>,
): Promise<void> {
  const { sandboxUrl, knowsIds } = asked;
  const { email } = createChannels({ sandboxUrl, emailFrom: 'hello@shop.example' });
  const parts = {
    ...{ database: { sql: stepping(sql, before) }, clock: createClock(realTime, () => nowMs) },
    ...{ secret: 'secret of the test', messages: [hello], render: () => content },
    channels: { ...channelsOf(() => null), email: steppingMail(email!, knowsIds, before) },
    ...{ attempt: () => 1, abort: () => undefined, heartbeat: () => {} },
  };
  if ('send' in asked) await createChannelActivities({ ...parts, definitions }).sendMessage(asked.send);
  else await createPageActivities({ ...parts, watches }).servePage(asked.page);
  await before('end');
}

function steppingMail(
  email: ChannelAdapter,
  knowsIds: boolean,
  before: (step: Step) => Promise<void>,
): ChannelAdapter {
  return {
    channel: 'email',
    send: async (one, signal) => (await before('call'), email.send(one, signal)),
    batch: {
      most: mailsOfCall,
      send: async (messages, signal) => (await before('call'), email.batch!.send(messages, signal)),
    },
    ...(knowsIds ? { idempotent: { withinMs: 60_000 } } : {}),
  };
}

/** A statement by itself is a step, a transaction two: it begins, and it is committed. */
function stepping(sql: Sql, before: (step: Step) => Promise<void>): Sql {
  const statement = (...given: Parameters<Sql>) => {
    const step = stepOf(given[0]);
    // A part of another statement is awaited by nobody.
    return step === null ? sql(...given) : before(step).then(() => sql(...given));
  };
  const begin = async (work: (tx: TransactionSql) => Promise<unknown>) => {
    await before('begin');
    return sql.begin(async (tx) => {
      const done = await work(tx);
      await before('commit');
      return done;
    });
  };
  return Object.assign(statement, { json: (value: never) => sql.json(value), begin }) as unknown as Sql;
}

function stepOf(strings: readonly string[]): Step | null {
  const text = strings.join('?').trim();
  if (!/^(with|select|insert|update|delete)\b/.test(text)) return null;
  if (text.startsWith('select')) return 'look';
  return text.startsWith('with marked') ? 'mark' : 'write';
}
