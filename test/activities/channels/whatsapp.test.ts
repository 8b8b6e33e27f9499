import { expect, test } from 'vitest';
import type { ChannelContent } from '../../../activities/channels/channel.ts';
import { createChannels } from '../../../activities/channels/create-channels.ts';
import { testSandbox } from '../../support/sandbox.ts';

const emailFrom = 'The shop <hello@shop.example>';
const contentSid = `HX${'0123456789abcdef'.repeat(2)}`;

async function sentTo(content: ChannelContent, phone = '+14155550100') {
  await using sandbox = await testSandbox();
  const { whatsapp } = createChannels({ sandboxUrl: sandbox.url, emailFrom });
  const outcome = await whatsapp!.send({ deliveryId: 'd-1', to: phone, content });
  return { outcome, messages: await sandbox.messages('channel=whatsapp') };
}

test('a template goes out with its variables, to the number as WhatsApp’s, and is called back with our id', async () => {
  const { outcome, messages } = await sentTo({ contentSid, variables: { 1: 'Ada', 2: 'a red "mug"' } });
  expect(outcome).toEqual({ kind: 'accepted', providerId: expect.stringMatching(/^MM/) as string });
  expect(messages).toMatchObject([
    {
      to: '+14155550100',
      headers: { contentSid },
      deliveryId: 'd-1',
      text: '{"1":"Ada","2":"a red \\"mug\\""}',
    },
  ]);
});

test.each([
  ['a template that is none', { contentSid: 'HX1', variables: {} }, '+14155550100', '21655'],
  ['a number that is none', { text: 'x' }, '+1', '21211'],
  ['nothing to say', { text: '' }, '+14155550100', '21602'],
])('%s is refused with Twilio’s code', async (_name, content, phone, code) => {
  const { outcome, messages } = await sentTo(content, phone);
  expect(outcome).toMatchObject({ kind: 'refused', code });
  expect(messages).toEqual([]);
});

test('Twilio refuses to send WhatsApp from a plain number', async () => {
  await using sandbox = await testSandbox();
  const account = `AC${'0'.repeat(32)}`;
  const answer = await fetch(`${sandbox.url}/2010-04-01/Accounts/${account}/Messages.json`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${account}:token`)}` },
    body: new URLSearchParams({ To: 'whatsapp:+14155550100', From: '+14155550111', Body: 'Hello' }),
  });
  expect([answer.status, await answer.json()]).toMatchObject([400, { code: 21910 }]);
});
