import { expect, test } from 'vitest';
import { createClock } from '../../src/clock.ts';
import { customerIds, customers } from '../../src/db/schema/index.ts';
import { realTime } from '../../src/domain/time-scale.ts';
import { newId } from '../../src/ids.ts';
import { personas } from '../../src/personas/index.ts';
import { indexSegments } from '../../src/routing/segment-index.ts';
import { segments } from '../../src/segments/index.ts';
import { hero } from '../../src/slots/hero.content.ts';
import { opening } from '../../src/slots/opening.content.ts';
import { testApi, write } from '../support/api.ts';
import { testDatabase } from '../support/database.ts';
import { routingOver } from '../support/routing.ts';

const clock = createClock(realTime, () => Date.parse('2026-05-01T12:00:00Z'));
const path = '/v1/onsite/content';

async function setup() {
  const database = await testDatabase();
  const api = await testApi({ database, clock });
  const { db } = database;
  return {
    api,
    database,
    page: (query: string, headers: Record<string, string> = write) => api.get(`${path}?${query}`, headers),
    desk: (query: string) => api.get(`${path}?${query}`),
    async customer(persona: string | null, ids: { user?: string; visitor?: string }, mergedInto?: string) {
      const id = newId(clock);
      const at = clock.now();
      await db
        .insert(customers)
        .values({ id, armKey: id, persona, mergedInto: mergedInto ?? null, createdAt: at });
      const { user, visitor } = ids;
      if (user) await db.insert(customerIds).values({ kind: 'user', externalId: user, customerId: id, at });
      if (visitor)
        await db.insert(customerIds).values({ kind: 'anonymous', externalId: visitor, customerId: id, at });
      return id;
    },
    async [Symbol.asyncDispose]() {
      await api[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
}

test("a page gets the content for its visitor's persona and learns nothing else; a contact centre learns the persona", async () => {
  await using s = await setup();
  const jane = await s.customer('champions', { user: 'jane', visitor: 'v-jane' });
  const gone = await s.customer('lapsed', {}, jane);
  const champion = { slot: 'hero', content: hero.byPersona.champions };
  const shown = await s.page('slot=hero&anonymousId=v-jane');
  expect([shown.status, shown.body]).toEqual([200, champion]);
  expect(shown.headers.get('cache-control')).toBe('private, no-store');
  expect(shown.headers.get('access-control-allow-origin')).toBe('*');
  expect((await s.page('slot=hero&anonymousId=v-jane&writeKey=write-of-test', {})).body).toEqual(champion);
  for (const who of ['jane', 'v-jane', jane, gone, 'jane&by=userId']) {
    const answer = await s.desk(`slot=hero&customer=${who}`);
    expect([who, answer.body]).toEqual([who, { ...champion, persona: 'champions' }]);
    expect(answer.headers.get('cache-control')).toBe('private, no-store');
  }
  expect((await s.api.get('/v1/customers/jane')).body['persona']).toBe('champions');
  expect((await s.desk('slot=opening&customer=jane')).body).toEqual({
    ...{ slot: 'opening', persona: 'champions', content: opening.byPersona.champions },
  });
});

test('the content follows what the visitor does, from one event to the next', async () => {
  await using s = await setup();
  const shop = routingOver(s.database.sql, [], '2026-05-01T12:00:00Z', [], indexSegments(segments, personas));
  const shownAfter = async (...names: string[]) => {
    await shop.acceptAndRoute(...names.map((name) => ({ anonymousId: 'v', name })));
    return (await s.page('slot=hero&anonymousId=v')).body['content'];
  };
  const looks = ['Product Viewed', 'Product Viewed', 'Product Viewed'];
  expect(await shownAfter(...looks)).toEqual(hero.byPersona['window-shoppers']);
  expect(await shownAfter('Product Added')).toEqual(hero.byPersona.undecided);
  expect(await shownAfter('Support Requested')).toEqual(hero.byPersona.unhappy);
  expect(await shownAfter('Support Resolved')).toEqual(hero.byPersona.undecided);
});

test('who is in no segment, has a persona without content of its own, or is not known gets what all others get', async () => {
  await using s = await setup();
  await s.customer(null, { visitor: 'v-nobody' });
  await s.customer('newcomers', { visitor: 'v-new' });
  await s.customer('of-an-older-release', { visitor: 'v-old' });
  // Others' ids of another kind are no visitor's.
  await s.customer('champions', { user: 'jane' });
  for (const visitor of ['v-nobody', 'v-new', 'v-old', 'v-unknown', 'jane']) {
    const answer = await s.page(`slot=hero&anonymousId=${visitor}`);
    expect([visitor, answer.body]).toEqual([visitor, { slot: 'hero', content: hero.otherwise }]);
  }
  expect((await s.desk('slot=hero&customer=v-nobody')).body).toMatchObject({ persona: 'everybody-else' });
});

test('what may not be asked is refused with what may', async () => {
  await using s = await setup();
  await s.customer('champions', { user: 'jane', visitor: 'v-jane' });
  const cases: [() => ReturnType<typeof s.page>, number, string, string][] = [
    [() => s.page('slot=hero&userId=jane'), 403, 'wrong-key', 'anonymousId'],
    [() => s.page('slot=hero&customer=jane'), 403, 'wrong-key', 'anonymousId'],
    [() => s.page('slot=hero&anonymousId=v-jane&by=userId'), 403, 'wrong-key', 'anonymousId'],
    [() => s.page('slot=hero&userId=nobody-has-this'), 403, 'wrong-key', 'anonymousId'],
    [() => s.page('slot=hero'), 400, 'malformed-query', 'anonymousId'],
    [() => s.page('anonymousId=v-jane'), 400, 'malformed-query', 'slot'],
    [
      () => s.page('slot=heros&anonymousId=v-jane'),
      404,
      'unknown-slot',
      'expected hero, got "heros"; did you mean hero?',
    ],
    // What is for staff is not there for a page.
    [() => s.page('slot=opening&anonymousId=v-jane'), 404, 'unknown-slot', 'expected hero, got "opening"'],
    [() => s.page('slot=hero&anonymousId=v-jane', {}), 401, 'missing-key', 'write key'],
    [
      () => s.page('slot=hero&anonymousId=v-jane', { authorization: 'Bearer wrong' }),
      401,
      'unknown-key',
      'key',
    ],
    [() => s.page('slot=hero&anonymousId=v-jane&writeKey=admin-of-test', {}), 401, 'unknown-key', 'writeKey'],
    [() => s.desk('slot=hero&anonymousId=v-jane'), 400, 'malformed-query', 'customer=ID'],
    [() => s.desk('slot=hero&customer=nobody'), 404, 'unknown-customer', 'userId'],
    [() => s.desk('slot=x&customer=jane'), 404, 'unknown-slot', 'hero or opening'],
  ];
  for (const [asked, status, code, words] of cases) {
    const answer = await asked();
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expect(answer.body.detail).toContain(words);
    expect(JSON.stringify(answer.body)).not.toContain('champions');
  }
});
