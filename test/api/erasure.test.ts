import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exportedTables, exportSections } from '../../src/db/queries/export-customer.ts';
import { testApi, write, type TestApi } from '../support/api.ts';
import { abandonedCart } from '../support/abandoned-cart.ts';
import { testDatabase, type TestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { tablesWith, whereFound } from '../support/every-table.ts';
import { routingOver } from '../support/routing.ts';

let database: TestDatabase;
let api: TestApi;
let routing: ReturnType<typeof routingOver>;
beforeAll(async () => {
  database = await testDatabase();
  routing = routingOver(database.sql, [abandonedCart]);
  api = await testApi({ database, clock: routing.clock });
});
afterAll(async () => {
  await api[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

/** Somebody with a little of everything. */
async function somebody(userId: string): Promise<string> {
  await api.post('/v1/identify', {
    userId,
    anonymousId: `${userId}-visitor`,
    traits: { name: `${userId}-name` },
  });
  await api.post('/v1/track', {
    ...{ userId, event: 'Product Added', messageId: `${userId}-1` },
    properties: { cart_id: `${userId}-cart`, product_id: 'p1' },
  });
  await routing.route();
  return (await api.get(`/v1/customers/${userId}`)).body['id'] as string;
}

describe('DELETE /v1/customers/{id}', () => {
  test('is accepted, takes effect in the order, and leaves nobody to be found', async () => {
    const id = await somebody('ada-lovelace');
    expect(await api.delete('/v1/customers/ada-lovelace?by=userId')).toMatchObject({
      status: 202,
      body: { customerId: id, state: 'accepted' },
    });
    await api.post('/v1/track', { userId: 'ada-lovelace', event: 'x' });
    await routing.route();
    for (const path of ['', '/timeline', '/export']) {
      expect(await api.get(`/v1/customers/${id}${path}`)).toMatchObject({
        status: 404,
        body: { code: 'unknown-customer' },
      });
    }
    const consents = { consents: { email: 'granted' }, source: 'test' };
    expect((await api.put(`/v1/customers/${id}/consents`, consents)).status).toBe(404);
    expect((await api.get(`/v1/runs?customer=${id}`)).body.items).toMatchObject([
      { outcome: 'erased', key: '' },
    ]);
    expect((await api.get(`/v1/deliveries?customer=${id}`)).status).toBe(200);
    expect((await api.delete(`/v1/customers/${id}`)).body).toMatchObject({
      customerId: id,
      state: 'forgetting',
    });
    const later = await api.get('/v1/customers/ada-lovelace');
    expect(later.body).toMatchObject({ userIds: ['ada-lovelace'], anonymousIds: [], traits: {} });
    expect(later.body['id']).not.toBe(id);
  });

  test('a message that is sent again is a duplicate, and brings nobody back', async () => {
    await somebody('grace-hopper');
    await api.delete('/v1/customers/grace-hopper');
    await routing.route();
    const again = {
      userId: 'grace-hopper',
      type: 'track',
      event: 'Product Added',
      messageId: 'grace-hopper-1',
    };
    expect((await api.post('/v1/batch', { batch: [again] })).body).toMatchObject({
      accepted: 0,
      duplicates: 1,
    });
    await routing.route();
    expect((await api.get('/v1/customers/grace-hopper')).status).toBe(404);
  });

  test('waits for who has only events that have not taken effect; twice is harmless', async () => {
    await api.post('/v1/identify', { userId: 'mary-shelley' });
    const deleted = api.delete('/v1/customers/mary-shelley');
    const same = eventually('it is routed', async () => {
      await routing.route();
      return true;
    });
    expect((await deleted).status).toBe(202);
    await same;
    expect((await api.delete('/v1/customers/mary-shelley')).status).toBe(202);
    await routing.route();
    expect(await whereFound(database.sql, ['mary-shelley'])).toEqual([]);
    expect((await api.delete('/v1/customers/mary-shelley')).status).toBe(404);
  });

  test('a consent that waits for it is nobody’s, and leaves nothing', async () => {
    const id = await somebody('sophie-germain');
    const kept = async () => [
      ...(await database.sql`select from consents where customer_id = ${id}`),
      ...(await database.sql`select from segment_looks where customer_id = ${id}`),
    ];
    const consents = { consents: { email: 'granted' }, source: 'test' };
    let answer: ReturnType<TestApi['put']> | undefined;
    await database.sql.begin(async (tx) => {
      await tx`update customers set erased_at = ${routing.clock.now()} where id = ${id}`;
      answer = api.put(`/v1/customers/${id}/consents`, consents);
      await eventually('it waits', async () => {
        const waiting = await database.sql`
          select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
        return waiting.length > 0;
      });
    });
    expect(await answer).toMatchObject({ status: 404, body: { code: 'unknown-customer' } });
    expect(await kept()).toEqual([]);
  });

  test('needs the admin key, and a customer', async () => {
    expect((await api.delete('/v1/customers/ada', write)).body.code).toBe('wrong-key');
    expect((await api.delete('/v1/customers/nobody?by=userId')).body.code).toBe('unknown-customer');
    expect((await api.delete('/v1/customers/ada?by=email')).body.code).toBe('malformed-query');
  });
});

describe('GET /v1/customers/{id}/export', () => {
  test('has every table that names a customer, and the events', async () => {
    /** What is not in it, and why. */
    const left = {
      computed_memberships: 'what memberships are about to be',
      segment_looks: 'a note to look again, of no meaning for the customer',
    };
    const tables = await tablesWith(database.sql, 'customer_id');
    expect(tables).toEqual([...exportedTables, ...Object.keys(left)].sort());
    expect(Object.keys(exportSections)).toEqual(
      expect.arrayContaining(['customers', 'events', 'unrouted', 'codes', 'rejections']),
    );
  });

  test('says all of somebody, however much, and of nobody else', async () => {
    const id = await somebody('emmy-noether');
    await somebody('other-person');
    const many = Array.from({ length: 1_200 }, (_, n) => ({
      ...{ type: 'track', event: 'Product Viewed', userId: 'emmy-noether' },
      properties: { n },
    }));
    await api.post('/v1/batch', { batch: many });
    for (let batch = 0; batch < 4; batch += 1) await routing.route();
    const bad = { type: 'track', userId: 'emmy-noether', traits: { deep: ['in the rejected'] } };
    await api.post('/v1/batch', {
      batch: [bad, { type: 'identify', userId: 'emmy-noether', traits: { a: 'unrouted' } }],
    });
    const consents = { consents: { email: 'granted' }, source: 'test', wording: 'I agree' };
    await api.put(`/v1/customers/${id}/consents`, consents);
    const { status, body } = await api.get('/v1/customers/emmy-noether/export');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      exportedAt: routing.clock.now().toISOString(),
      customers: [{ id, traits: { name: { value: 'emmy-noether-name' } } }],
      ids: [{ externalId: 'emmy-noether-visitor' }, { externalId: 'emmy-noether' }],
      consents: [{ channel: 'email', wording: 'I agree' }],
      carts: [{ key: 'emmy-noether-cart' }],
      runs: [{ key: 'emmy-noether-cart', carries: { cart_id: 'emmy-noether-cart' } }],
      unrouted: [{ body: { traits: { a: 'unrouted' } } }],
      rejections: [{ code: 'malformed-message', item: bad }],
    });
    const { events, facts } = body as unknown as Record<
      string,
      { seq: number; body: { properties: { n: number } } }[]
    >;
    expect(events).toHaveLength(1_202);
    expect(facts).toHaveLength(1_202);
    expect(events!.slice(2).map((event) => event.body.properties.n)).toEqual(many.map((_, n) => n));
    expect(JSON.stringify(body)).not.toContain('other-person');
  });

  test('a reader that goes away ends it, and the next one is answered', async () => {
    for (let n = 0; n < 4; n += 1) {
      const stop = new AbortController();
      const url = `${api.url}/v1/customers/emmy-noether/export`;
      const answer = await fetch(url, {
        headers: { authorization: 'Bearer admin-of-test' },
        signal: stop.signal,
      });
      stop.abort();
      await answer.text().catch(() => 'gone');
    }
    await eventually(
      'it is let go',
      async () => (await api.get('/v1/customers/emmy-noether/export')).status === 200,
    );
  });
});
