import { describe, expect, test } from 'vitest';
import { testSandbox } from '../support/sandbox.ts';

const account = `AC${'a'.repeat(32)}`;
const service = `MG${'b'.repeat(32)}`;
const good = {
  To: '+14155550123',
  MessagingServiceSid: service,
  Body: 'Hello',
  StatusCallback: 'https://shop.example/v1/hooks/twilio/status?deliveryId=d-1',
};

async function post(url: string, form: Record<string, string>, user = account, password = 'token') {
  const response = await fetch(`${url}/2010-04-01/Accounts/${account}/Messages.json`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` },
    body: new URLSearchParams(form),
  });
  return { status: response.status, json: (await response.json()) as Record<string, unknown> };
}

test('takes a message with 201 and the resource, and shows it with the id of the call-back', async () => {
  await using sandbox = await testSandbox();
  const { status, json } = await post(sandbox.url, good);
  expect(status).toBe(201);
  expect(json).toMatchObject({
    sid: expect.stringMatching(/^SM[0-9a-f]{32}$/) as string,
    account_sid: account,
    status: 'accepted',
    messaging_service_sid: service,
    from: null,
    to: good.To,
    body: 'Hello',
    error_code: null,
  });
  expect(await sandbox.messages()).toEqual([
    {
      id: json['sid'],
      channel: 'sms',
      to: good.To,
      from: service,
      subject: null,
      html: null,
      text: 'Hello',
      headers: {},
      deliveryId: 'd-1',
      at: expect.stringMatching(/^\d{4}-.*Z$/) as string,
    },
  ]);
});

test('from a number the message is queued, and an API key may stand for the account', async () => {
  await using sandbox = await testSandbox();
  const { To, Body } = good;
  const answer = await post(sandbox.url, { To, Body, From: '+14155550100' }, `SK${'c'.repeat(32)}`);
  expect([answer.status, answer.json['status'], answer.json['from']]).toEqual([
    201,
    'queued',
    '+14155550100',
  ]);
});

describe('refuses what Twilio refuses, and keeps none of it', () => {
  const without = (name: keyof typeof good) =>
    Object.fromEntries(Object.entries(good).filter(([key]) => key !== name)) as Record<string, string>;
  test.each<[string, Record<string, string>, number]>([
    ['no recipient', without('To'), 21604],
    ['a bad recipient', { ...good, To: '0123' }, 21211],
    ['no sender', without('MessagingServiceSid'), 21603],
    ['a bad sender', { ...without('MessagingServiceSid'), From: 'Shop!' }, 21606],
    ['an unknown service', { ...good, MessagingServiceSid: 'MG1' }, 21701],
    ['no body', without('Body'), 21602],
    ['a body over 1,600 characters', { ...good, Body: 'x'.repeat(1_601) }, 21617],
    ['a call-back that is no URL', { ...good, StatusCallback: 'nowhere' }, 21609],
  ])('%s', async (_name, form, code) => {
    await using sandbox = await testSandbox();
    const answer = await post(sandbox.url, form);
    expect([answer.status, answer.json['status'], answer.json['code']]).toEqual([400, 400, code]);
    expect(await sandbox.messages()).toEqual([]);
  });

  test.each([
    ['another user', 'me', 'token', 401, 20003],
    ['no token', account, '', 401, 20003],
    ['another account', `AC${'d'.repeat(32)}`, 'token', 404, 20404],
  ])('%s', async (_name, user, password, status, code) => {
    await using sandbox = await testSandbox();
    const answer = await post(sandbox.url, good, user, password);
    expect([answer.status, answer.json['code']]).toEqual([status, code]);
  });

  test('not a body of exactly 1,600 characters', async () => {
    await using sandbox = await testSandbox();
    expect((await post(sandbox.url, { ...good, Body: 'x'.repeat(1_600) })).status).toBe(201);
  });
});
