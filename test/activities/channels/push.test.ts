import { expect, test } from 'vitest';
import { createChannels } from '../../../activities/channels/create-channels.ts';
import { publicLookup } from '../../../activities/channels/public-lookup.ts';
import type { LiveSubscription } from '../../../activities/channels/push.ts';
import type { Outbound } from '../../../activities/channels/channel.ts';
import { endpointFault } from '../../../src/domain/push-endpoint.ts';
import { isPublicAddress } from '../../../src/domain/public-address.ts';
import { createVapidKeys } from '../../../src/vapid.ts';
import { testSandbox, type TestSandbox } from '../../support/sandbox.ts';

const vapid = { ...createVapidKeys(), subject: 'mailto:hello@shop.example' };
const outbound: Outbound = {
  deliveryId: '0198c0de-0000-7000-8000-000000000001',
  to: 'c-1',
  content: { title: 'Still there', body: 'Your basket – 2 things', url: 'https://shop.example/cart' },
  about: { message: 'nudge', purpose: 'help', customerId: 'c-1', data: {} },
};

/** A browser of the sandbox's, subscribed under our key unless another is given. */
async function browser(sandbox: TestSandbox, key = vapid.publicKey): Promise<LiveSubscription> {
  const answer = await fetch(`${sandbox.url}/sandbox/push`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ applicationServerKey: key }),
  });
  const { endpoint, keys } = (await answer.json()) as Omit<LiveSubscription, 'id'>;
  return { id: endpoint.slice(-8), endpoint, keys };
}

const leave = ({ endpoint }: LiveSubscription) => fetch(endpoint, { method: 'DELETE' });

function pushTo(sandbox: TestSandbox, live: LiveSubscription[] | Error) {
  const dropped: string[] = [];
  const push = createChannels({
    sandboxUrl: sandbox.url,
    emailFrom: 'a@example.test',
    vapid,
    subscriptions: {
      of: () => (live instanceof Error ? Promise.reject(live) : Promise.resolve(live)),
      drop: (ids) => Promise.resolve(void dropped.push(...ids)),
    },
  }).push!;
  return { send: (one: Outbound = outbound) => push.send(one), dropped };
}

test('each browser decrypts what it is pushed, signed by our key, kept and woken by purpose; one delivery', async () => {
  await using sandbox = await testSandbox();
  const browsers = [await browser(sandbox), await browser(sandbox)];
  const push = pushTo(sandbox, browsers);
  expect(await push.send()).toEqual({ kind: 'accepted', providerId: null });
  const inbox = await sandbox.messages('channel=push');
  expect(inbox.map(({ to }) => to).sort()).toEqual(browsers.map(({ endpoint }) => endpoint).sort());
  const topic = '0198c0de000070008000000000000001';
  for (const message of inbox) {
    expect(message).toMatchObject({
      ...{ subject: 'Still there', text: 'Your basket – 2 things', deliveryId: outbound.deliveryId },
      from: vapid.subject,
      headers: { ttl: '86400', urgency: 'normal', topic, url: 'https://shop.example/cart' },
    });
  }
});

test('who left is dropped; one browser that takes it is enough, and with none it is refused as gone', async () => {
  await using sandbox = await testSandbox();
  const [here, left] = [await browser(sandbox), await browser(sandbox)];
  await leave(left);
  const both = pushTo(sandbox, [left, here]);
  expect(await both.send()).toMatchObject({ kind: 'accepted' });
  expect(both.dropped).toEqual([left.id]);
  const none = pushTo(sandbox, [left]);
  expect(await none.send()).toMatchObject({ kind: 'unreachable', code: 'gone' });
  expect(none.dropped).toEqual([left.id]);
  expect(await sandbox.messages()).toHaveLength(1);
});

test('a browser that subscribed under another key is refused, and stays', async () => {
  await using sandbox = await testSandbox();
  const push = pushTo(sandbox, [await browser(sandbox, createVapidKeys().publicKey)]);
  expect(await push.send()).toMatchObject({ kind: 'refused', code: '403' });
  expect(push.dropped).toEqual([]);
});

test('in doubt about one browser it is in doubt, unless another took it', async () => {
  await using sandbox = await testSandbox();
  const browsers = [await browser(sandbox), await browser(sandbox)];
  await sandbox.order({ channel: 'push', fault: 'server-error', times: 1 });
  expect(await pushTo(sandbox, browsers).send()).toMatchObject({ kind: 'accepted' });
  await sandbox.order({ channel: 'push', fault: 'server-error', times: 1 });
  await sandbox.order({ channel: 'push', fault: 'refuse', times: 1 });
  expect(await pushTo(sandbox, browsers).send()).toMatchObject({ kind: 'unknown' });
});

test('over its bound it is refused with the bytes; exactly at it, it is taken', async () => {
  await using sandbox = await testSandbox();
  const push = pushTo(sandbox, [await browser(sandbox)]);
  const said = (body: string) => ({ ...outbound, content: { title: 'T', body } });
  const rest = Buffer.byteLength(JSON.stringify({ title: 'T', body: '', tag: outbound.deliveryId }));
  expect(await push.send(said('x'.repeat(3_993 - rest)))).toMatchObject({ kind: 'accepted' });
  expect(await push.send(said('x'.repeat(3_994 - rest)))).toEqual({
    kind: 'refused',
    code: 'too-large',
    detail: 'the message has 3994 bytes, over the 3993 that a push may have',
  });
});

test('nothing has left while the subscriptions cannot be read', async () => {
  await using sandbox = await testSandbox();
  const outcome = await pushTo(sandbox, new Error('secret endpoint')).send();
  expect(outcome).toEqual({
    kind: 'not-accepted',
    retryAfterMs: null,
    detail: 'the subscriptions could not be read',
  });
});

test.each([
  'http://push.example/x',
  'https://push.example:8443/x',
  'https://user:pass@push.example/x',
  'https://127.0.0.1/x',
  'https://2130706433/x',
  'https://[::1]/x',
  'https://[::ffff:10.0.0.1]/x',
  'https://169.254.169.254/latest/meta-data',
  'https://localhost/x',
  'https://postgres/x',
  'https://printer.local/x',
  'file:///etc/passwd',
  'none',
  `https://push.example/${'x'.repeat(2_048)}`,
])('%s is no address of a push service, and is never called', async (endpoint) => {
  expect(endpointFault(endpoint)).not.toBeNull();
  await using sandbox = await testSandbox();
  const live = { ...(await browser(sandbox)), endpoint };
  const push = pushTo(sandbox, [live]);
  expect(await push.send()).toMatchObject({ kind: 'unreachable', code: 'gone' });
  expect(push.dropped).toEqual([live.id]);
});

test.each([
  'https://fcm.googleapis.com/fcm/send/abc:def',
  'https://updates.push.services.mozilla.com/wpush/v2/abc',
  'https://web.push.apple.com/abc',
  'https://8.8.8.8/x',
])('%s is one', (endpoint) => {
  expect(endpointFault(endpoint)).toBeNull();
});

test('a name that leads into our own network is not called: what it leads to is looked at', async () => {
  const found = await new Promise<unknown>((resolve) =>
    publicLookup('localhost', {}, (error, address) => resolve(error ?? address)),
  );
  expect(found).toMatchObject({ name: 'PrivateAddressError' });
  expect(
    ['10.1.2.3', '192.168.0.1', '100.64.0.1', 'fc00::1', 'fe80::1', '2001:db8::1', '::1'].map(
      isPublicAddress,
    ),
  ).toEqual(Array(7).fill(false));
  expect(['93.184.216.34', '2606:4700::1111'].map(isPublicAddress)).toEqual([true, true]);
});
