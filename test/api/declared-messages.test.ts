import { expect, test } from 'vitest';
import { loadSettings } from '../../src/db/queries/settings.ts';
import { content } from '../../src/define/content.ts';
import { message } from '../../src/define/message.ts';
import { messageScope } from '../../src/domain/setting-scopes.ts';
import { contents } from '../../src/messages/index.ts';
import { testApi, write } from '../support/api.ts';
import { testDatabase } from '../support/database.ts';

const greeting = content<unknown>(
  message({ name: 'greeting', purpose: 'offer', channels: ['sms'], variants: { plain: 1, warm: 1, odd: 0 } }),
  { sms: { text: 'Hi' }, sample: { data: { n: 1 } } },
);
const still = content<unknown>(message({ name: 'still', purpose: 'help', channels: ['sms'] }), {
  sms: { text: 'Hi' },
});

test('the messages are listed with what they are, what they say it in, and a sample', async () => {
  await using database = await testDatabase();
  await using api = await testApi({ database, contents });
  const { body } = await api.get('/v1/messages');
  expect(body.items.map(({ name }) => name)).toEqual(contents.map(({ message }) => message.name));
  expect(body.items[0]).toMatchObject({
    ...{
      name: 'cart-nudge',
      purpose: 'help',
      channels: ['email', 'sms'],
      sendsTo: 'first',
      topic: null,
      codes: null,
    },
    ...{ weights: { reminder: 1, question: 0 }, defaults: { reminder: 1, question: 0 } },
    ...{ locales: ['en-US', 'de'], recommendations: 0 },
    sample: { customer: { firstName: 'Ada' } },
  });
  expect((await api.get('/v1/messages', write)).status).toBe(403);
});

test('the weights of variants are set, shown, and back at their defaults when they are not named', async () => {
  await using database = await testDatabase();
  await using api = await testApi({ database, contents: [greeting, still] });
  const set = (weights: unknown) => api.put('/v1/messages/greeting/settings', { weights });
  const defaults = { plain: 1, warm: 1, odd: 0 };
  expect((await set({ warm: 0, odd: 3 })).body).toEqual({ weights: { plain: 1, warm: 0, odd: 3 }, defaults });
  const [shown] = (await api.get('/v1/messages')).body.items;
  expect(shown).toMatchObject({
    weights: { plain: 1, warm: 0, odd: 3 },
    defaults,
    sample: { data: { n: 1 } },
  });
  const scope = messageScope('greeting');
  expect((await loadSettings(database.sql, [scope])).get(scope)).toEqual({ weights: { warm: 0, odd: 3 } });
  expect((await set({})).body).toEqual({ weights: defaults, defaults });
});

test.each([
  [
    'greeting',
    { weights: { wram: 1 } },
    /weights\.wram: expected a variant of greeting: variants are plain, warm, odd/,
  ],
  ['greeting', { weights: { plain: 0, warm: 0 } }, /weights: expected a weight above 0 for one of them/],
  ['greeting', { weights: { plain: -1 } }, /weights\.plain: expected number to be >=0/],
  ['greeting', { plain: 1 }, /"plain" is not known here; expected only weights/],
  ['still', { weights: { plain: 1 } }, /expected a variant of still: it has none/],
])('%s does not take %j', async (name, body, sentence) => {
  await using database = await testDatabase();
  await using api = await testApi({ database, contents: [greeting, still] });
  const answer = await api.put(`/v1/messages/${name}/settings`, body);
  expect(answer).toMatchObject({ status: 400, body: { code: 'malformed-body' } });
  expect(answer.body.detail).toMatch(sentence);
});

test('a message that there is not has no settings', async () => {
  await using database = await testDatabase();
  await using api = await testApi({ database, contents: [still] });
  expect((await api.put('/v1/messages/greeting/settings', { weights: {} })).body).toMatchObject({
    code: 'not-found',
    detail: 'There is no message "greeting"; there is still.',
  });
});
