import { describe, expect, test } from 'vitest';
import { testSandbox } from '../support/sandbox.ts';

const good = {
  personalizations: [{ to: [{ email: 'ada@example.test' }] }],
  from: { email: 'hello@shop.example', name: 'The shop' },
  subject: 'Hello',
  content: [
    { type: 'text/plain', value: 'In words' },
    { type: 'text/html', value: '<p>In words</p>' },
  ],
  custom_args: { deliveryId: 'd-1' },
};

interface Answer {
  status: number;
  headers: Headers;
  text: string;
  errors: { message: string; field: string | null }[];
}

async function post(url: string, body: unknown, headers: Record<string, string> = {}): Promise<Answer> {
  const response = await fetch(`${url}/v3/mail/send`, {
    method: 'POST',
    headers: { authorization: 'Bearer SG.test', 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json');
  const errors = isJson ? (JSON.parse(text) as Answer).errors : [];
  return { status: response.status, headers: response.headers, text, errors };
}

test('takes a mail with 202, no body and an X-Message-Id, and shows it whole', async () => {
  await using sandbox = await testSandbox();
  const answer = await post(sandbox.url, { ...good, headers: { 'X-Own': 'yes' } });
  expect([answer.status, answer.text]).toEqual([202, '']);
  const [message] = await sandbox.messages();
  expect(message).toEqual({
    id: `${answer.headers.get('x-message-id')}.0`,
    channel: 'email',
    to: 'ada@example.test',
    from: 'The shop <hello@shop.example>',
    subject: 'Hello',
    html: '<p>In words</p>',
    text: 'In words',
    headers: { 'X-Own': 'yes' },
    deliveryId: 'd-1',
    at: expect.stringMatching(/^\d{4}-.*Z$/) as string,
  });
});

test('stores one message for each recipient, with what the personalization says of its own', async () => {
  await using sandbox = await testSandbox();
  const personalizations = [
    {
      to: [{ email: 'a@example.test' }],
      cc: [{ email: 'b@example.test' }],
      custom_args: { deliveryId: 'd-2' },
    },
    { to: [{ email: 'a@example.test' }], subject: 'For you' },
  ];
  expect((await post(sandbox.url, { ...good, personalizations })).status).toBe(202);
  const messages = await sandbox.messages();
  expect(messages.map(({ to, subject, deliveryId }) => [to, subject, deliveryId])).toEqual([
    ['a@example.test', 'For you', 'd-1'],
    ['b@example.test', 'Hello', 'd-2'],
    ['a@example.test', 'Hello', 'd-2'],
  ]);
});

test('puts in each recipient’s substitutions, in subject and content, and in what came of them', async () => {
  await using sandbox = await testSandbox();
  const personalizations = ['Ada', 'Grace'].map((name) => ({
    to: [{ email: `${name}@example.test` }],
    substitutions: { '-name-': name, '-greeting-': 'Dear -name-', '-n': 'wrong' },
    headers: { 'X-Name': `-name-` },
  }));
  const content = [{ type: 'text/html', value: '<p>-greeting-, -name- and -nobody-</p>' }];
  const subject = 'For -name-';
  expect((await post(sandbox.url, { ...good, personalizations, subject, content })).status).toBe(202);
  const messages = await sandbox.messages();
  expect(messages.map(({ subject, html, headers }) => [subject, html, headers])).toEqual([
    ['For Grace', '<p>Dear Grace, Grace and wrongobody-</p>', { 'X-Name': '-name-' }],
    ['For Ada', '<p>Dear Ada, Ada and wrongobody-</p>', { 'X-Name': '-name-' }],
  ]);
});

describe('refuses what SendGrid refuses, and keeps none of it', () => {
  const people = (n: number) => Array.from({ length: n }, (_, i) => ({ email: `p${i}@example.test` }));
  const cases: [string, unknown, string | null, RegExp][] = [
    [
      'no personalizations',
      { ...good, personalizations: [] },
      'personalizations',
      /at least one personalization/,
    ],
    [
      '1,001 personalizations',
      { ...good, personalizations: people(1_001).map((to) => ({ to: [to] })) },
      'personalizations',
      /limited to 1000 personalizations/,
    ],
    [
      '1,001 recipients',
      { ...good, personalizations: [{ to: people(1_001) }] },
      'personalizations',
      /limit of 1000 total recipients/,
    ],
    [
      'no recipient',
      { ...good, personalizations: [{ to: [] }] },
      'personalizations.0.to',
      /to array is required/,
    ],
    [
      'a bad recipient',
      { ...good, personalizations: [{ to: [{ email: 'ada' }] }] },
      'personalizations.0.to.0.email',
      /valid address/,
    ],
    [
      'a recipient twice',
      { ...good, personalizations: [{ to: [{ email: 'a@b.test' }], cc: [{ email: 'A@b.test' }] }] },
      'personalizations.0',
      /unique between to, cc, and bcc/,
    ],
    ['no sender', { ...good, from: undefined }, 'from.email', /from object must be provided/],
    ['a bad sender', { ...good, from: { email: 'shop' } }, 'from.email', /valid address/],
    ['no subject', { ...good, subject: undefined }, 'subject', /subject is required/],
    ['no content', { ...good, content: [] }, 'content', /content parameter is required/],
    [
      'empty content',
      { ...good, content: [{ type: 'text/plain', value: '' }] },
      'content.0.value',
      /at least one character/,
    ],
    [
      'arguments that are no strings',
      { ...good, custom_args: { deliveryId: 1 } },
      'custom_args',
      /object of strings/,
    ],
    [
      'substitutions over 10,000 bytes',
      {
        ...good,
        personalizations: [{ ...good.personalizations[0], substitutions: { '-a-': 'x'.repeat(1e4) } }],
      },
      'personalizations.0.substitutions',
      /at most 10,000 bytes/,
    ],
    [
      'a header that SendGrid writes itself',
      { ...good, personalizations: [{ ...good.personalizations[0], headers: { Subject: 'Another' } }] },
      'personalizations.0.headers',
      /reserved/,
    ],
    ['a body that is no object', [], null, /Bad Request/],
    ['a body that is no JSON', '{', null, /Bad Request/],
  ];
  test.each(cases)('%s', async (_name, body, field, words) => {
    await using sandbox = await testSandbox();
    const answer = await post(sandbox.url, body);
    expect(answer.status).toBe(400);
    expect(answer.errors[0]).toMatchObject({ field, message: expect.stringMatching(words) as string });
    expect(await sandbox.messages()).toEqual([]);
  });

  test.each([
    ['no key', { authorization: '' }, 401],
    ['a key that is none of SendGrid’s', { authorization: 'Bearer key' }, 401],
    ['another content type', { 'content-type': 'text/plain' }, 415],
  ])('%s', async (_name, headers, status) => {
    await using sandbox = await testSandbox();
    const answer = await post(sandbox.url, good, headers);
    expect([answer.status, answer.errors.length]).toEqual([status, 1]);
  });

  test('a body over 30 MB, with a page instead of JSON as SendGrid does', async () => {
    await using sandbox = await testSandbox();
    const value = 'x'.repeat(31 * 1_024 * 1_024);
    const answer = await post(sandbox.url, { ...good, content: [{ type: 'text/plain', value }] });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([413, 'text/html; charset=utf-8']);
  });
});
