import { describe, expect, test } from 'vitest';
import { createClock } from '../../src/clock.ts';
import { createChannels } from '../../activities/channels/create-channels.ts';
import { testSandbox } from '../support/sandbox.ts';

const emailFrom = 'The shop <hello@shop.example>';
const mail = { subject: 'Hello', html: '<p>Hello</p>', text: 'Hello' };

async function fill(url: string, people: number): Promise<void> {
  const { email, sms } = createChannels({ sandboxUrl: url, emailFrom });
  for (let n = 0; n < people; n += 1) {
    await email!.send({ deliveryId: `e${n}`, to: `p${n}@example.test`, content: mail });
    await sms!.send({ deliveryId: `s${n}`, to: `+1415555010${n}`, content: { text: 'Hello' } });
  }
}

test('GET /sandbox/messages tells newest first, by address, by channel, and up to a limit', async () => {
  await using sandbox = await testSandbox();
  await fill(sandbox.url, 2);
  const deliveries = async (query: string) => (await sandbox.messages(query)).map((m) => m.deliveryId);
  expect(await deliveries('')).toEqual(['s1', 'e1', 's0', 'e0']);
  expect(await deliveries('limit=1')).toEqual(['s1']);
  expect(await deliveries('channel=email')).toEqual(['e1', 'e0']);
  expect(await deliveries('to=P0@example.test')).toEqual(['e0']);
  expect(await deliveries('to=%2B14155550101')).toEqual(['s1']);
  expect(await deliveries('to=p0+bounce@example.test')).toEqual([]);
  expect(await deliveries('to=+14155550101'), 'a plus that was not escaped').toEqual(['s1']);
});

test('a long inbox is told whole to a slow reader, with nothing left behind for each time it waits', async () => {
  await using sandbox = await testSandbox();
  const { email } = createChannels({ sandboxUrl: sandbox.url, emailFrom });
  const content = { ...mail, html: `<p>${'Hello '.repeat(200_000)}</p>` };
  for (let n = 0; n < 15; n += 1) await email!.send({ deliveryId: `e${n}`, to: 'p@example.test', content });
  const warnings: string[] = [];
  const onWarning = ({ name }: Error) => warnings.push(name);
  process.on('warning', onWarning);
  expect(await sandbox.messages()).toHaveLength(15);
  process.off('warning', onWarning);
  expect(warnings).toEqual([]);
});

test('an unchanged inbox is not told again', async () => {
  await using sandbox = await testSandbox();
  const path = `${sandbox.url}/sandbox/messages`;
  const tag = (await fetch(path)).headers.get('etag')!;
  const again = () => fetch(path, { headers: { 'if-none-match': tag } }).then(({ status }) => status);
  expect(await again()).toBe(304);
  await fill(sandbox.url, 1);
  expect(await again()).toBe(200);
});

test('messages are dated by Kairos’s time', async () => {
  const origin = Date.UTC(2026, 0, 1);
  const clock = createClock({ originMs: origin, speed: 3_600 }, () => origin + 24_000);
  await using sandbox = await testSandbox(clock);
  await fill(sandbox.url, 1);
  expect((await sandbox.messages()).map(({ at }) => at)).toEqual(Array(2).fill('2026-01-02T00:00:00.000Z'));
});

describe('what is wrong is said as problem+json', () => {
  test.each([
    [
      'GET',
      '/sandbox/messages?limit=0',
      undefined,
      400,
      'malformed-query',
      /^limit: .* from 1 to 100000, got number 0$/,
    ],
    ['GET', '/sandbox/messages?limit=100001', undefined, 400, 'malformed-query', /100000/],
    [
      'GET',
      '/sandbox/messages?channel=post',
      undefined,
      400,
      'malformed-query',
      /^channel: .*"sms", .*, got "post"$/,
    ],
    ['POST', '/sandbox/faults', '{', 400, 'malformed-json', /JSON/],
    ['POST', '/sandbox/faults', '{"channel":"email","fault":"explode"}', 400, 'malformed-body', /fault/],
    [
      'POST',
      '/sandbox/faults',
      '{"channel":"email","fault":"refuse","times":-1}',
      400,
      'malformed-body',
      /^times: .*, got number -1$/,
    ],
    ['POST', '/sandbox/faults', `"${'x'.repeat(20_000)}"`, 413, 'too-large', /10240/],
    ['DELETE', '/sandbox/messages', undefined, 405, 'method-not-allowed', /GET/],
    ['POST', '/sandbox/nothing', '{}', 404, 'not-found', /reply/],
  ])('%s %s', async (method, path, body, status, code, words) => {
    await using sandbox = await testSandbox();
    const answer = await fetch(sandbox.url + path, {
      method,
      ...(body ? { body, headers: { 'content-type': 'application/json' } } : {}),
    });
    expect(answer.headers.get('content-type')).toMatch('application/problem+json');
    expect(await answer.json()).toMatchObject({
      status,
      code,
      type: `/docs#${code}`,
      detail: expect.stringMatching(words) as string,
    });
    expect(answer.status).toBe(status);
  });
});

test('faults wait in order, each for its times, and are taken back with 0', async () => {
  await using sandbox = await testSandbox();
  const faults = async () =>
    ((await (await fetch(`${sandbox.url}/sandbox/faults`)).json()) as { faults: unknown }).faults;
  await sandbox.order({ channel: 'email', fault: 'refuse', times: 2 });
  await sandbox.order({ channel: 'email', fault: 'server-error', times: 1 });
  const { email, sms } = createChannels({ sandboxUrl: sandbox.url, emailFrom });
  const kinds: string[] = [];
  for (let n = 0; n < 4; n += 1) {
    kinds.push((await email!.send({ deliveryId: 'e', to: 'p@example.test', content: mail })).kind);
  }
  expect(kinds).toEqual(['refused', 'refused', 'unknown', 'accepted']);
  await sandbox.order({ channel: 'sms', fault: 'timeout', times: 9 });
  expect(await faults()).toEqual([{ channel: 'sms', fault: 'timeout', times: 9 }]);
  await sandbox.order({ channel: 'sms', fault: 'timeout', times: 0 });
  expect(await faults()).toEqual([]);
  expect((await sms!.send({ deliveryId: 's', to: '+14155550100', content: { text: 'x' } })).kind).toBe(
    'accepted',
  );
});

test('the page loads nothing from elsewhere, and runs no script but its own', async () => {
  await using sandbox = await testSandbox();
  const [one, other] = await Promise.all([1, 2].map(() => fetch(`${sandbox.url}/sandbox`)));
  const html = await one!.text();
  const policy = one!.headers.get('content-security-policy')!;
  const nonce = /script-src 'nonce-([^']+)'/.exec(policy)![1]!;
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toBe(other!.headers.get('content-security-policy'));
  expect(html.match(/<script[^>]*>/g)).toEqual([`<script nonce="${nonce}">`]);
  expect(html).not.toMatch(/https?:\/\//);
  expect(html).not.toMatch(/innerHTML|insertAdjacentHTML|document\.write/);
});
