import { expect, test } from 'vitest';
import { createChannels } from '../../../activities/channels/create-channels.ts';
import { testSandbox } from '../../support/sandbox.ts';

const emailFrom = 'The shop <hello@shop.example>';
const sandboxUrl = 'http://127.0.0.1:1';
const sendgrid = { apiKey: 'SG.real' };
const smtp = { url: 'smtps://mail.example' };
const twilio = {
  accountSid: `AC${'a'.repeat(32)}`,
  authToken: 'token',
  messagingServiceSid: `MG${'b'.repeat(32)}`,
};

test.each([
  ['nothing', {}, [false, false]],
  ['the sandbox', { sandboxUrl }, [true, true]],
  ['SendGrid', { sendgrid }, [true, false]],
  ['a mail server', { smtp }, [true, false]],
  ['a mail server and a sandbox left over', { smtp, sandboxUrl }, [true, false]],
  ['Twilio', { twilio }, [false, true]],
  ['both', { sendgrid, twilio }, [true, true]],
  ['SendGrid and a sandbox left over', { sendgrid, sandboxUrl }, [true, false]],
])('with %s there are these channels', (_name, options, expected) => {
  const { email, sms } = createChannels({ ...options, emailFrom });
  expect([email !== null, sms !== null]).toEqual(expected);
  expect([email?.channel ?? 'email', sms?.channel ?? 'sms']).toEqual(['email', 'sms']);
});

test('a proxy of the environment is not asked for the sandbox', async () => {
  await using sandbox = await testSandbox();
  const names = ['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'https_proxy'] as const;
  const before = names.map((name) => [name, process.env[name]] as const);
  for (const name of names) process.env[name] = 'http://127.0.0.1:1';
  try {
    const { email, sms } = createChannels({ sandboxUrl: sandbox.url, emailFrom });
    const mail = { subject: 'Hello', html: '<p>Hello</p>', text: 'Hello' };
    expect(await email!.send({ deliveryId: 'd', to: 'a@example.test', content: mail })).toMatchObject({
      kind: 'accepted',
    });
    expect(await sms!.send({ deliveryId: 'd', to: '+14155550100', content: mail })).toMatchObject({
      kind: 'accepted',
    });
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  }
});

test('Kairos’s own address is where Twilio calls back, with our id', async () => {
  await using sandbox = await testSandbox();
  const options = { sandboxUrl: sandbox.url, emailFrom, publicUrl: 'https://kairos.example/base/' };
  await createChannels(options).sms!.send({
    deliveryId: 'a b&c',
    to: '+14155550100',
    content: { text: 'x' },
  });
  expect((await sandbox.messages())[0]?.deliveryId).toBe('a b&c');
});
