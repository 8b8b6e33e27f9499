import { expect, test } from 'vitest';
import { createChannels } from '../../../activities/channels/create-channels.ts';
import { testSandbox } from '../../support/sandbox.ts';
import { startWatching } from '../../support/watching.ts';

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

test('an address that the provider finds bad is found among the others, which all get their mail', async () => {
  await using sandbox = await testSandbox();
  await using it = await startWatching();
  await it.line(40, (n) => ({ email: n === 17 ? '"odd"@shop.example' : `p${n}@shop.example` }));
  await it.shelf(40);
  const channels = createChannels({ sandboxUrl: sandbox.url, emailFrom: 'hello@shop.example' });
  const render = () => content;
  await it.wave(it.worker({ channels, render }));
  const states = (await it.ledger()).map(({ state, reason }) => reason ?? state);
  expect(states.filter((state) => state === 'accepted')).toHaveLength(39);
  expect(states.filter((state) => state !== 'accepted')).toEqual([
    expect.stringMatching(/failed|unreachable/),
  ]);
  const ids = (await it.ledger()).filter(({ state }) => state === 'accepted').map(({ id }) => id);
  expect((await sandbox.messages()).map(({ deliveryId }) => deliveryId).sort()).toEqual(ids.sort());
});
