import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { ChannelAdapter, ChannelContent } from '../../../activities/channels/channel.ts';
import { createChannels, type ChannelsOptions } from '../../../activities/channels/create-channels.ts';
import { createClock } from '../../../src/clock.ts';
import { realTime } from '../../../src/domain/time-scale.ts';
import type { Channel } from '../../../src/domain/task-queues.ts';
import type { FaultKind } from '../../../src/sandbox/faults.ts';
import { createVapidKeys } from '../../../src/vapid.ts';
import { testSandbox } from '../../support/sandbox.ts';
import { startMailServer } from './mail-server.ts';

/** A real provider, called by its real client, that misbehaves when it is told to. */
export interface FaultyProvider extends AsyncDisposable {
  channel: Channel;
  adapter: ChannelAdapter;
  content: ChannelContent;
  /** What goes wrong with the next message. */
  order(fault: FaultKind): Promise<void>;
  /** Whether what was ordered has not happened yet. */
  isWaiting(): Promise<boolean>;
  /** The deliveries whose messages it has taken, one for each message. */
  arrived(): Promise<string[]>;
}

export const providers = [
  'SendGrid',
  'SMTP',
  'Twilio’s sms',
  'Twilio’s whatsapp',
  'web push',
  'webhook',
] as const;
export type Provider = (typeof providers)[number];

const emailFrom = 'The shop <hello@shop.example>';
const mail = { subject: 'Hello', html: '<p>Hello</p>', text: 'Hello' };

/** @param timeoutMs After so long a call that gets no answer is given up, real milliseconds. */
export async function faultyProvider(provider: Provider, timeoutMs = 10_000): Promise<FaultyProvider> {
  if (provider === 'SMTP') return faultyMailServer(timeoutMs);
  if (provider === 'webhook') return faultyReceiver(timeoutMs);
  const [channel, content] = (
    {
      SendGrid: ['email', mail],
      'Twilio’s sms': ['sms', { text: 'Hello' }],
      'Twilio’s whatsapp': ['whatsapp', { text: 'Hello' }],
      'web push': ['push', { title: 'Hello', body: 'Hello' }],
    } as const
  )[provider];
  const sandbox = await testSandbox();
  const options = { sandboxUrl: sandbox.url, emailFrom, timeoutMs, ...(await pushOptions(sandbox.url)) };
  return {
    ...{ channel, content, adapter: createChannels(options)[channel]! },
    order: (fault) => sandbox.order({ channel, fault, times: 1 }),
    isWaiting: async () => {
      const answer = await fetch(`${sandbox.url}/sandbox/faults`);
      return ((await answer.json()) as { faults: unknown[] }).faults.length > 0;
    },
    arrived: async () => (await sandbox.messages()).map(({ deliveryId }) => deliveryId!),
    [Symbol.asyncDispose]: () => sandbox[Symbol.asyncDispose](),
  };
}

/** A browser of the sandbox's, for whoever is asked about. */
async function pushOptions(sandboxUrl: string): Promise<Pick<ChannelsOptions, 'vapid' | 'subscriptions'>> {
  const vapid = { ...createVapidKeys(), subject: 'mailto:hello@shop.example' };
  const answer = await fetch(`${sandboxUrl}/sandbox/push`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ applicationServerKey: vapid.publicKey }),
  });
  const browser = (await answer.json()) as { endpoint: string; keys: { p256dh: string; auth: string } };
  const subscriptions = { of: async () => [{ id: 'browser', ...browser }], drop: async () => {} };
  return { vapid, subscriptions };
}

/** Takes out what was ordered, once. */
function orders() {
  let ordered: FaultKind | null = null;
  return {
    order: async (fault: FaultKind) => void (ordered = fault),
    isWaiting: async () => ordered !== null,
    take: (which: readonly FaultKind[]): FaultKind | null => {
      const found = ordered !== null && which.includes(ordered) ? ordered : null;
      if (found) ordered = null;
      return found;
    },
  };
}

async function faultyMailServer(timeoutMs: number): Promise<FaultyProvider> {
  const { take, ...ordering } = orders();
  const taken: string[] = [];
  const server = await startMailServer({
    disabledCommands: ['STARTTLS'],
    onRcptTo: (_address, _session, done) => {
      const fault = take(['refuse', 'rate-limit']);
      const responseCode = fault === 'refuse' ? 550 : 451;
      done(fault ? Object.assign(new Error('not now'), { responseCode }) : null);
    },
    onData: (stream, _session, done) => {
      void text(stream).then((raw) => {
        // Not before its end: until then the mail certainly was not taken.
        const fault = take(['server-error', 'timeout', 'accept-then-timeout']);
        const isTaken = fault === null || fault === 'accept-then-timeout';
        if (isTaken) taken.push(/^X-Kairos-Delivery: (.+)\r$/m.exec(raw)![1]!);
        if (fault === null) done();
        if (fault === 'server-error') server.hangUp();
      });
    },
  });
  const options = { smtp: { url: `smtp://${server.host}` }, emailFrom, timeoutMs };
  return {
    ...{ channel: 'email', content: mail, adapter: createChannels(options).email!, ...ordering },
    arrived: async () => taken,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** Somebody else's system. It knows a delivery that it has by its id, as it is asked to. */
async function faultyReceiver(timeoutMs: number): Promise<FaultyProvider> {
  const { take, ...ordering } = orders();
  const taken = new Set<string>();
  const server: Server = createServer((req, res) => {
    const fault = take(['refuse', 'rate-limit', 'server-error', 'timeout', 'accept-then-timeout']);
    const isTaken = fault === null || fault === 'accept-then-timeout';
    if (isTaken) taken.add(req.headers['webhook-id'] as string);
    if (fault === 'timeout' || fault === 'accept-then-timeout') return;
    const status = { refuse: 410, 'rate-limit': 429, 'server-error': 500 };
    res.writeHead(fault ? status[fault] : 204, fault === 'rate-limit' ? { 'retry-after': '1' } : {}).end();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/kairos`;
  const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
  const names = async () => ({ userIds: ['u1'], anonymousIds: [] });
  const options = { emailFrom, timeoutMs, webhook: { url, secret }, names, clock: createClock(realTime) };
  return {
    ...{ channel: 'webhook', content: { fields: { title: 'Hello' } }, ...ordering },
    adapter: createChannels(options).webhook!,
    arrived: async () => [...taken],
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
