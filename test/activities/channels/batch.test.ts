import { describe, expect, test } from 'vitest';
import type { ChannelAdapter, ChannelBatch } from '../../../activities/channels/channel.ts';
import { createChannels } from '../../../activities/channels/create-channels.ts';
import { emailChannel } from '../../../activities/channels/email.ts';
import { Chance } from '../../plug/chance.ts';
import { testSandbox } from '../../support/sandbox.ts';
import { startWatching, type Watching } from '../../support/watching.ts';

const content = { subject: 'Back', html: '<p>Back</p>', text: 'Back' };
const emailOf = (sandboxUrl: string) =>
  createChannels({ sandboxUrl, emailFrom: 'hello@shop.example' }).email!;

test('a thousand mails are one request: each recipient alone, with the id of their own delivery', async () => {
  await using sandbox = await testSandbox();
  const messages = Array.from({ length: 1_000 }, (_, n) => ({
    deliveryId: `d-${n}`,
    to: `p${n}@shop.example`,
    content,
  }));
  const outcome = await emailOf(sandbox.url).batch!.send(messages);
  const inbox = (await sandbox.messages()).reverse();
  expect(inbox).toHaveLength(1_000);
  expect(inbox.map(({ to, deliveryId }) => ({ to, deliveryId }))).toEqual(
    messages.map(({ to, deliveryId }) => ({ to, deliveryId })),
  );
  expect(new Set(inbox.map(({ html }) => html))).toEqual(new Set(['<p>Back</p>']));
  const { providerId } = outcome as { providerId: string };
  expect(inbox.every(({ id }) => id.startsWith(providerId))).toBe(true);
});

test('a thousand mails that differ are one request: each gets their own words, code, headers and way out', async () => {
  await using sandbox = await testSandbox();
  const mailFor = (n: number) => ({
    subject: `Still thinking, person ${n}?`,
    html: `<h1>Back</h1>\n<p>Hello person ${n} &amp; co,</p>\n<p>Your code: KAI-${n * 7}</p>\n<p>-kairos0x0- $& 100 %</p>`,
    text: `Hello person ${n},\n\nyour code: KAI-${n * 7}\n`,
  });
  const messages = Array.from({ length: 1_000 }, (_, n) => ({
    deliveryId: `d-${n}`,
    to: `p${n}@shop.example`,
    content: mailFor(n),
    ...(n % 2 === 0 ? { unsubscribeUrl: `https://kairos.example/u/token-${n}` } : {}),
  }));
  const { batch } = emailOf(sandbox.url);
  const [all, ...others] = batch!.together!(messages);
  expect([all!.length, others]).toEqual([1_000, []]);
  expect((await batch!.send(all!)).kind).toBe('accepted');
  const inbox = (await sandbox.messages()).reverse();
  expect(new Set(inbox.map(({ id }) => id.split('.')[0])).size, 'one request').toBe(1);
  const got = inbox.map(({ to, deliveryId, subject, html, text, headers }) => ({
    ...{ to, deliveryId, subject, html, text, headers },
  }));
  expect(got).toEqual(
    messages.map(({ to, deliveryId, content, unsubscribeUrl }) => ({
      ...{ to, deliveryId, ...content },
      headers:
        unsubscribeUrl === undefined
          ? {}
          : {
              'List-Unsubscribe': `<${unsubscribeUrl}>`,
              'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
            },
    })),
  );
});

test('more than a thousand are refused, as SendGrid refuses them', async () => {
  await using sandbox = await testSandbox();
  const messages = Array.from({ length: 1_001 }, (_, n) => ({
    deliveryId: `d-${n}`,
    to: `p${n}@shop.example`,
    content,
  }));
  expect(await emailOf(sandbox.url).batch!.send(messages)).toMatchObject({ kind: 'refused', code: '400' });
  expect(await sandbox.messages()).toEqual([]);
});

describe('a thousand of a wave, through SendGrid’s client', () => {
  /** The wave as one page after the other, until nothing is left to do; and how many requests that took. */
  async function served(
    it: Watching,
    email: ChannelAdapter,
    { names = true, render = () => content }: { names?: boolean; render?: () => typeof content } = {},
  ) {
    let requests = 0;
    const send: ChannelBatch['send'] = async (messages, signal) => {
      requests += 1;
      const outcome = await email.batch!.send(messages, signal);
      if (names || outcome.kind !== 'refused') return outcome;
      // As of a provider that says only that it takes none of them.
      return { kind: 'refused', code: outcome.code, detail: outcome.detail };
    };
    const channels = { ...it.channels, email: { ...email, batch: { ...email.batch!, send } } };
    const worker = it.worker({ channels, render });
    const wave = await it.wave(worker).catch((error: unknown) => error);
    return { requests, wave };
  }

  const odd = (n: number) => ({ email: `"odd-${n}"@shop.example` });
  const log2 = Math.ceil(Math.log2(1_000));

  test.each([
    // One for all, one for those who are left, and one for each who is named.
    [1, true, 1 + 2],
    [5, true, 5 + 2],
    [1, false, 1 + 2 * log2],
    [5, false, 1 + 2 * 5 * log2],
  ])(
    '%i bad addresses stand alone, named by the provider: %s, after at most %i requests; all others are sent once',
    async (count, names, most) => {
      await using sandbox = await testSandbox();
      await using it = await startWatching();
      const chance = new Chance(count);
      const bad = new Set(chance.shuffled(Array.from({ length: 1_000 }, (_, n) => n)).slice(0, count));
      const line = await it.line(1_000, (n) => (bad.has(n) ? odd(n) : {}));
      await it.shelf(1_000);
      const { requests } = await served(it, emailOf(sandbox.url), { names });
      expect(requests).toBeLessThanOrEqual(most);
      const ledger = await it.ledger();
      const failed = ledger.filter(({ state }) => state === 'failed');
      expect(failed.map(({ customerId }) => line.indexOf(customerId)).sort()).toEqual([...bad].sort());
      expect(new Set(failed.map(({ providerCode }) => providerCode))).toEqual(new Set(['400']));
      const accepted = ledger.filter(({ state }) => state === 'accepted').map(({ id }) => id);
      expect(accepted).toHaveLength(1_000 - count);
      expect((await sandbox.messages()).map(({ deliveryId }) => deliveryId).sort()).toEqual(accepted.sort());
    },
  );

  test.each([
    ['a sender that is none', { from: 'the shop', apiKey: 'SG.right' }],
    ['a key that is none', { from: 'hello@shop.example', apiKey: 'SG.' }],
  ])(
    '%s is about the shop: one request, nobody loses the message, and mended it goes',
    async (_name, over) => {
      await using sandbox = await testSandbox();
      await using it = await startWatching();
      await it.line(100);
      await it.shelf(100);
      const wrong = emailChannel({ ...over, baseUrl: sandbox.url, timeoutMs: 5_000 });
      const { requests, wave } = await served(it, wrong);
      expect({ requests, wave }).toMatchObject({ requests: 1, wave: { type: 'not-accepted' } });
      expect(new Set((await it.ledger()).map(({ state }) => state))).toEqual(new Set(['intended']));
      await it.worker({ channels: { ...it.channels, email: emailOf(sandbox.url) }, render: () => content })(
        it.page(),
      );
      expect(new Set((await it.ledger()).map(({ state }) => state))).toEqual(new Set(['accepted']));
      expect(await sandbox.messages()).toHaveLength(100);
    },
  );

  test('what all have in common is refused to all by one request', async () => {
    await using sandbox = await testSandbox();
    await using it = await startWatching();
    await it.line(100);
    await it.shelf(100);
    const nothingToSay = () => ({ ...content, subject: '' });
    const { requests } = await served(it, emailOf(sandbox.url), { render: nothingToSay });
    expect(requests).toBe(1);
    const said = (await it.ledger()).map(({ state, providerCode }) => `${state} ${providerCode}`);
    expect(said).toEqual(Array(100).fill('failed 400'));
  });
});
