import { eq } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import { createClock } from '../../src/clock.ts';
import { deleteOldNews } from '../../src/db/queries/fresh-news.ts';
import { raiseDelivery } from '../../src/db/queries/raise-delivery.ts';
import { deliveries, suppressions } from '../../src/db/schema/index.ts';
import { addressHash } from '../../src/domain/address-hash.ts';
import type { DeliveryState } from '../../src/domain/delivery.ts';
import { realTime } from '../../src/domain/time-scale.ts';
import { newId } from '../../src/ids.ts';
import { testSecret } from '../support/api.ts';
import { testDatabase } from '../support/database.ts';
import { addDelivery, addReachable, hookApi, publicUrl } from '../support/hooks.ts';

const startMs = Date.parse('2026-05-01T12:00:00Z');
const second = startMs / 1_000;

async function setup() {
  const database = await testDatabase();
  const clock = createClock(realTime, () => startMs);
  const hooks = await hookApi(database, clock);
  const customerId = await addReachable({ database, clock }, { email: 'ada@example.test' });
  const add = (state?: DeliveryState) =>
    addDelivery({ database, clock }, { customerId, ...(state && { state }) });
  return {
    ...hooks,
    ...{ database, clock, add },
    row: async (id: string) => (await database.db.select().from(deliveries).where(eq(deliveries.id, id)))[0]!,
    suppressed: () => database.db.select().from(suppressions),
    metric: async (line: string) =>
      String((await hooks.api.get('/metrics', {})).body['text']).includes(`kairos_hook_news_total{${line}`),
    async [Symbol.asyncDispose]() {
      await hooks[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
}

const told = (deliveryId: string, event: string, over: Record<string, unknown> = {}) => ({
  ...{ email: 'ada@example.test', event, timestamp: second, deliveryId },
  sg_message_id: '14c5d75ce93.dfd.64b469.filter0001.16648.5515E0B88.0',
  ...over,
});

describe("SendGrid's events", () => {
  const cases: [string, Record<string, unknown>, DeliveryState, string | null, string[]][] = [
    ['processed', {}, 'accepted', null, []],
    ['deferred', { response: '451 later' }, 'accepted', null, []],
    ['delivered', { response: '250 OK' }, 'delivered', null, []],
    ['open', {}, 'delivered', null, []],
    ['click', { url: 'https://shop.example' }, 'delivered', null, []],
    ['bounce', { type: 'bounce', reason: '550 ada@example.test unknown' }, 'bounced', 'bounce', ['bounced']],
    ['bounce', { type: 'blocked', reason: '421 busy' }, 'failed', 'blocked', []],
    ['dropped', { reason: 'Bounced Address' }, 'failed', 'dropped', ['bounced']],
    ['dropped', { reason: 'Spam Reporting Address' }, 'failed', 'dropped', ['complained']],
    ['dropped', { reason: 'Unsubscribed Address' }, 'failed', 'dropped', ['unsubscribed']],
    ['dropped', { reason: 'Recipient List over Package Quota' }, 'failed', 'dropped', []],
    ['spamreport', {}, 'delivered', null, ['complained']],
    ['unsubscribe', {}, 'delivered', null, ['unsubscribed']],
    ['group_unsubscribe', { asm_group_id: 1 }, 'delivered', null, ['unsubscribed']],
    ['group_resubscribe', { asm_group_id: 1 }, 'unknown', null, []],
  ];
  const markOf: Record<string, string> = {
    ...{ open: 'opened', click: 'clicked', spamreport: 'complained' },
    ...{ unsubscribe: 'unsubscribed', group_unsubscribe: 'unsubscribed' },
  };

  test('settle what nobody knew: the state, what is noted beside it, and whether the address is suppressed', async () => {
    await using it = await setup();
    for (const [place, [event, over, state, code, reasons]] of cases.entries()) {
      const id = await it.add('unknown');
      const email = `case-${place}@example.test`;
      const answer = await it.sendGrid([told(id, event, { email, ...over })]);
      expect([answer.status, answer.body]).toEqual([
        200,
        { taken: 1, repeated: 0, unknown: 0, rejected: [] },
      ]);
      const row = await it.row(id);
      expect([event, over, row.state, row.providerCode]).toEqual([event, over, state, code]);
      if (state !== 'unknown') expect(row.providerId).toBe('14c5d75ce93.dfd.64b469');
      const marks = { opened: row.openedAt, clicked: row.clickedAt, complained: row.complainedAt };
      const marked = Object.entries({ ...marks, unsubscribed: row.unsubscribedAt }).filter(([, at]) => at);
      expect([event, marked]).toEqual([event, markOf[event] ? [[markOf[event], new Date(startMs)]] : []]);
      const hash = addressHash(email, testSecret);
      const kept = (await it.suppressed()).filter(({ addressHash }) => addressHash === hash);
      expect(kept.map((one) => [one.reason, one.channel, one.source])).toEqual(
        reasons.map((reason) => [reason, 'email', 'sendgrid']),
      );
      expect(JSON.stringify(row.verdicts)).not.toContain('@');
    }
  });

  test('in any order, and told twice, end where they end', async () => {
    await using it = await setup();
    const [first, other, third] = [await it.add(), await it.add(), await it.add()];
    const all = ['processed', 'delivered', 'open', 'click', 'bounce'];
    const forward = all.map((event, place) => told(first, event, { timestamp: second - 10 + place }));
    await it.sendGrid(forward);
    for (const one of forward.toReversed()) await it.sendGrid([{ ...one, deliveryId: other }]);
    const shuffled = [2, 4, 0, 3, 1].map((place) => ({ ...forward[place]!, deliveryId: third }));
    expect((await it.sendGrid([...shuffled, ...shuffled])).body).toMatchObject({ taken: 5, repeated: 5 });
    const said = async (id: string) => {
      const { state, openedAt, clickedAt, providerCode } = await it.row(id);
      return { state, openedAt, clickedAt, providerCode };
    };
    expect(await said(first)).toMatchObject({ state: 'bounced', openedAt: new Date(startMs - 8_000) });
    expect([await said(other), await said(third)]).toEqual([await said(first), await said(first)]);
    const before = await it.row(first);
    // Another id of the event, as users have seen of SendGrid, makes no other event of it.
    expect((await it.sendGrid(forward.map((one) => ({ ...one, sg_event_id: 'new' })))).body).toMatchObject({
      ...{ taken: 0, repeated: 5 },
    });
    expect(await it.row(first)).toEqual(before);
    expect(await it.suppressed()).toHaveLength(1);
    expect(await it.metric('provider="sendgrid",kind="open",outcome="repeated"} 1')).toBe(true);
    expect(await deleteOldNews(it.database.sql, new Date(startMs + 29 * 86_400_000))).toBe(0);
    expect(await deleteOldNews(it.database.sql, new Date(startMs + 31 * 86_400_000))).toBe(15);
  });

  test('told by many at once, in whatever order, count once', async () => {
    await using it = await setup();
    const ids = await Promise.all(Array.from({ length: 12 }, () => it.add()));
    const all = ids.flatMap((id) => ['open', 'bounce', 'delivered'].map((event) => told(id, event)));
    const turned = (by: number) => [...all.slice(by), ...all.slice(0, by)];
    const posts = [all, all.toReversed(), turned(7), turned(20).toReversed(), turned(13), turned(29)];
    const answers = await Promise.all(posts.map((events) => it.sendGrid(events)));
    expect(answers.map(({ status }) => status)).toEqual(posts.map(() => 200));
    const taken = answers.reduce((sum, { body }) => sum + Number(body['taken']), 0);
    expect(taken).toBe(all.length);
    for (const id of ids)
      expect(await it.row(id)).toMatchObject({ state: 'bounced', openedAt: new Date(startMs) });
    expect(await it.suppressed()).toHaveLength(1);
  });

  test("that come before the call's answer are not undone by it", async () => {
    await using it = await setup();
    const id = await it.add('intended');
    await it.sendGrid([told(id, 'delivered')]);
    const verdict = {
      at: new Date(startMs).toISOString(),
      channel: 'email' as const,
      reason: null,
      words: '',
    };
    for (const state of ['unknown', 'accepted'] as const)
      await raiseDelivery(it.database.sql, { deliveryId: id, state, verdict: { ...verdict, state } });
    expect(await it.row(id)).toMatchObject({ state: 'delivered', callingAt: null });
  });

  test('of deliveries that are not known are taken and counted; of what was never sent they raise nothing', async () => {
    await using it = await setup();
    const heldOut = await it.add('held-out');
    const events = [
      told(newId(it.clock), 'delivered'),
      told('no-uuid', 'bounce'),
      { event: 'open', timestamp: second },
      told(heldOut, 'delivered'),
    ];
    const answer = await it.sendGrid(events);
    expect([answer.status, answer.body]).toMatchObject([200, { taken: 1, unknown: 3 }]);
    expect((await it.row(heldOut)).state).toBe('held-out');
    expect(await it.metric('provider="sendgrid",kind="bounce",outcome="unknown-delivery"} 1')).toBe(true);
    // An address that bounces is not written to, whoever's message it was.
    expect((await it.suppressed()).map(({ reason }) => reason)).toEqual(['bounced']);
  });

  test('that cannot be read hold none of the others up, and say what came', async () => {
    await using it = await setup();
    const id = await it.add();
    const rejected = (await it.sendGrid([{ event: 7 }, told(id, 'delivered'), told(id, 'teleported'), 'x']))
      .body;
    expect(rejected['rejected']).toEqual([
      { index: 0, detail: 'event: expected string, got number 7; timestamp: expected number, got nothing' },
      { index: 2, detail: 'event: "teleported" is not known here.' },
      { index: 3, detail: 'expected object, got "x"' },
    ]);
    expect((await it.row(id)).state).toBe('delivered');
    // Told again, it would be no better known.
    const later = await it.sendGrid([told(id, 'teleported')]);
    expect([later.status, later.body['rejected']]).toEqual([
      200,
      [{ index: 0, detail: 'event: "teleported" is not known here.' }],
    ]);
    const odd = told(id, 'open', { reason: null, response: null, sg_message_id: 'a\0b' });
    expect((await it.sendGrid([odd])).body).toMatchObject({ taken: 1, rejected: [] });
    for (const [body, code, detail] of [
      ['{"event":"open"}', 'malformed-body', "Expected an array of SendGrid's events, got an object."],
      ['[{"event":"open"}]', 'malformed-body', '[0] timestamp: expected number, got nothing'],
      ['[{]', 'malformed-json', 'The body stops being JSON at line 1, column 3'],
    ] as const) {
      const { status, body: problem } = await it.sendGrid(body);
      expect([status, problem.code, problem.detail]).toEqual([400, code, expect.stringContaining(detail)]);
    }
    const many = await it.sendGrid(`[${Array.from({ length: 10_001 }, () => '1').join()}]`);
    expect([many.status, many.body.detail]).toEqual([413, expect.stringContaining('the bound of 10000')]);
    expect((await it.sendGrid(' '.repeat(5_000 * 1_024 + 1))).status).toBe(413);
  });

  test('that SendGrid did not sign, or long ago, are refused', async () => {
    await using it = await setup();
    const id = await it.add();
    const day = 86_400;
    for (const [over, words] of [
      [{ headers: { 'X-Twilio-Email-Event-Webhook-Signature': 'AAAA' } }, 'not one of the body as it came'],
      [{ headers: { 'X-Twilio-Email-Event-Webhook-Timestamp': String(second + 1) } }, 'not one of the body'],
      [
        { headers: { 'X-Twilio-Email-Event-Webhook-Timestamp': 'now' } },
        'expected seconds since 1970, got "now"',
      ],
      [{ seconds: second - 2 * day - 3_600 }, 'signed 49 hours ago, over the bound of 48'],
    ] as const) {
      const { status, body } = await it.sendGrid([told(id, 'delivered')], over);
      expect([status, body.code, body.detail]).toEqual([403, 'forged', expect.stringContaining(words)]);
    }
    const unsigned = await it.api.post('/v1/hooks/sendgrid', [told(id, 'delivered')], {});
    expect([unsigned.status, unsigned.body.detail]).toEqual([403, expect.stringContaining('is missing')]);
    expect((await it.row(id)).state).toBe('accepted');
    expect((await it.sendGrid([told(id, 'delivered')], { seconds: second - 2 * day })).status).toBe(200);
  });
});

describe("Twilio's status call-backs", () => {
  const sid = `SM${'a'.repeat(32)}`;
  const form = (MessageStatus: string, over: Record<string, string> = {}) => ({
    ...{ MessageSid: sid, MessageStatus, To: '+14155550123', From: '+14155550100' },
    ...over,
  });

  const cases: [string, Record<string, string>, DeliveryState, string | null, string[]][] = [
    ['sent', {}, 'accepted', null, []],
    ['delivered', {}, 'delivered', null, []],
    ['read', { To: 'whatsapp:+14155550123' }, 'delivered', null, []],
    ['undelivered', { ErrorCode: '30003' }, 'failed', '30003', []],
    ['undelivered', { ErrorCode: '30006' }, 'failed', '30006', ['sms refused']],
    ['failed', { ErrorCode: '21610' }, 'failed', '21610', ['sms stopped']],
    ['failed', { ErrorCode: '63024', To: 'whatsapp:+14155550123' }, 'failed', '63024', ['whatsapp refused']],
    ['failed', {}, 'failed', 'failed', []],
    ['canceled', {}, 'failed', 'canceled', []],
  ];

  test("settle what nobody knew, with Twilio's codes: some suppress the number", async () => {
    await using it = await setup();
    for (const [place, [status, over, state, code, reasons]] of cases.entries()) {
      const [id, MessageSid] = [await it.add('unknown'), `SM${place}`];
      const answer = await it.twilio(`status?deliveryId=${id}`, form(status, { MessageSid, ...over }));
      expect([answer.status, answer.body]).toMatchObject([200, { taken: 1 }]);
      const row = await it.row(id);
      expect(row).toMatchObject({ state, providerCode: code, providerId: MessageSid });
      expect(row.openedAt !== null).toBe(status === 'read');
      const kept = await it.suppressed();
      expect([status, over, kept.map(({ channel, reason }) => `${channel} ${reason}`)]).toEqual([
        ...[status, over, reasons],
      ]);
      for (const one of kept) expect(one.addressHash).toBe(addressHash('+14155550123', testSecret));
      await it.database.sql`truncate suppressions`;
    }
  });

  test('with a NUL, or without a signature, are refused', async () => {
    await using it = await setup();
    const id = await it.add();
    const path = `status?deliveryId=${id}`;
    const odd = await it.twilio(path, form('delivered', { MessageSid: 'SM\0' }));
    expect([odd.status, odd.body.code]).toEqual([400, 'malformed-body']);
    expect((await it.twilio(path, form('failed', { ErrorCode: '300\u000005' }))).status).toBe(200);
    for (const signed of [{}, { 'X-Twilio-Signature': 'AAAA' }] as Record<string, string>[]) {
      const answer = await it.api.post(`/v1/hooks/twilio/${path}`, '', signed);
      expect([answer.status, answer.body.code]).toEqual([403, 'forged']);
    }
  });

  test('move nothing back, count once, and are counted where nobody knows the delivery', async () => {
    await using it = await setup();
    const id = await it.add();
    for (const status of ['delivered', 'sent', 'failed', 'delivered'])
      expect((await it.twilio(`status?deliveryId=${id}`, form(status))).status).toBe(200);
    expect((await it.row(id)).state).toBe('delivered');
    expect(await it.metric('provider="twilio",kind="delivered",outcome="repeated"} 1')).toBe(true);
    for (const query of ['', '?deliveryId=none', `?deliveryId=${newId(it.clock)}`]) {
      const MessageSid = `SM${query}`;
      const answer = await it.twilio(`status${query}`, form('delivered', { MessageSid }));
      expect([answer.status, answer.body]).toMatchObject([200, { unknown: 1 }]);
    }
  });

  test('that Twilio did not sign for this address are refused; what cannot be read is named', async () => {
    await using it = await setup();
    const id = await it.add();
    const path = `status?deliveryId=${id}`;
    const outside = `${publicUrl}/v1/hooks/twilio/${path}`;
    for (const over of [
      { token: 'another' },
      { url: `${it.api.url}/v1/hooks/twilio/${path}` },
      { url: outside.replace(id, newId(it.clock)) },
    ]) {
      const { status, body } = await it.twilio(path, form('delivered'), over);
      expect([status, body.code]).toEqual([403, 'forged']);
    }
    expect((await it.row(id)).state).toBe('accepted');
    // With the port that goes without saying.
    const withPort = outside.replace('.example/', '.example:443/');
    expect((await it.twilio(path, form('delivered'), { url: withPort })).status).toBe(200);
    for (const [status, words] of [
      ['lost', 'MessageStatus: expected a status of Twilio\'s, got "lost".'],
      ['', 'MessageStatus: expected a text, got an empty string.'],
    ] as const) {
      const { status: code, body } = await it.twilio(path, form(status));
      expect([code, body.code, body.detail]).toEqual([400, 'malformed-body', words]);
    }
  });
});
