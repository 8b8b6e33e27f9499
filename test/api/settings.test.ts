import { expect, test } from 'vitest';
import { defaultShopCaps } from '../../src/domain/caps.ts';
import { defaultQuietHours } from '../../src/domain/quiet-rules.ts';
import { testApi, write } from '../support/api.ts';
import { testDatabase } from '../support/database.ts';

const defaults = {
  ...{ caps: defaultShopCaps, globalHoldout: 0, timezone: 'UTC', quietHours: defaultQuietHours },
};

async function setup() {
  const database = await testDatabase();
  const api = await testApi({ database });
  return {
    api,
    put: (body: unknown) => api.put('/v1/settings', body),
    async [Symbol.asyncDispose]() {
      await api[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
}

test('nothing set: the defaults; what is set holds; what a PUT does not name is at its default again', async () => {
  await using it = await setup();
  const get = async () => (await it.api.get('/v1/settings')).body;
  expect(await get()).toEqual(defaults);
  const offer = [{ sends: 2, within: '14 days' }];
  const quietHours = { ...defaultQuietHours, sms: [{ from: '20:00', to: '10:00', on: ['sat', 'sun'] }] };
  const changed = { globalHoldout: 0.05, timezone: 'Europe/Berlin', quietHours };
  const answer = await it.put({ caps: { offer }, ...changed, quietHours: { sms: quietHours.sms } });
  const inForce = { caps: { ...defaultShopCaps, offer }, ...changed };
  expect([answer.status, answer.body]).toEqual([200, inForce]);
  expect(await get()).toEqual(inForce);
  // What was read can be written back.
  expect((await it.put(inForce)).body).toEqual(inForce);
  await it.put({ globalHoldout: 0.1 });
  expect(await get()).toEqual({ ...defaults, globalHoldout: 0.1 });
  await it.put({});
  expect(await get()).toEqual(defaults);
});

test.each([
  [null, 'expected object, got null'],
  [[], 'expected object, got an empty array'],
  [{ holdout: 0.1 }, '"holdout" is not known here; expected only caps, globalHoldout, timezone, quietHours'],
  [{ caps: { offers: [] } }, 'caps: "offers" is not known here; expected only helpAndOffer, offer, journeys'],
  [{ globalHoldout: '0.1' }, 'globalHoldout: expected number, got "0.1"'],
  [{ globalHoldout: 5 }, 'got number 5'],
  [{ globalHoldout: -0.1 }, 'got number -0.1'],
  [{ timezone: '+02:00' }, 'timezone: expected a time zone such as \'Europe/Berlin\', got "+02:00"'],
  [
    { caps: { offer: [{ sends: 1 }] } },
    "caps.offer[0].within: expected a span up to 31 days, such as '1 day', or 'calendar day', got nothing",
  ],
  [{ caps: { offer: [{ sends: 1, within: '32 days' }] } }, 'got "32 days"'],
  [{ caps: { offer: [{ sends: 1, within: '0 days' }] } }, 'got "0 days"'],
  [{ caps: { offer: [{ sends: 1.5, within: '1 day' }] } }, 'caps.offer[0].sends'],
  [{ caps: { offer: [{ sends: 1, within: '1 day', per: 'shop' }] } }, 'expected only sends, within'],
  [
    {
      quietHours: {
        sms: [
          { from: '08:00', to: '20:00' },
          { from: '20:00', to: '08:00' },
        ],
      },
    },
    'quietHours.sms: expected some minutes of the week left open; to send nothing by a channel, pause it',
  ],
  ['{"globalHoldout":', 'The body stops being JSON'],
])('%j is refused with its place, and changes nothing', async (body, words) => {
  await using it = await setup();
  await it.put({ globalHoldout: 0.2 });
  const answer = await it.put(body);
  expect(answer.status).toBe(400);
  expect(answer.body.detail).toContain(words);
  expect((await it.api.get('/v1/settings')).body['globalHoldout']).toBe(0.2);
});

test('a write key neither reads nor sets them', async () => {
  await using it = await setup();
  expect((await it.api.get('/v1/settings', write)).body.code).toBe('wrong-key');
  expect((await it.api.put('/v1/settings', {}, write)).body.code).toBe('wrong-key');
  expect((await it.api.get('/v1/settings', {})).body.code).toBe('missing-key');
});
