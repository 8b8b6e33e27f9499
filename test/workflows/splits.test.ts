import { expect } from 'vitest';
import { armKeyOf } from '../../src/domain/holdout.ts';
import { splitArmOf } from '../../src/domain/split.ts';
import { productAdded } from '../../src/events/product-added.ts';
import { startTestShop, timeSkippedTest as test, type Customer, type TestShop } from '../../testing/index.ts';

const workflows = new URL('fixtures/tea-shop.ts', import.meta.url);
const shares = { plain: 0.5, warm: 0.5 };
const drawn = (id: string) => splitArmOf(armKeyOf(id), { journey: 'tones', split: 'tone' }, shares);

/** An id whose arm is known beforehand: the draw is the same in every home. */
function someoneIn(arm: string, name: string): string {
  for (let n = 1; ; n += 1) if (drawn(`${name}-${n}`) === arm) return `${name}-${n}`;
}

async function visit(shop: TestShop, customer: Customer, cart_id: string): Promise<void> {
  await shop.track(customer, productAdded, { cart_id });
  await shop.pass('61 minutes');
}

/** What a history holds, decoded. */
const inWords = (history: string) =>
  history.replaceAll(/"data": "([^"]+)"/g, (_, data: string) => Buffer.from(data, 'base64').toString());

const armsOf = async (shop: TestShop, id: string) =>
  (await shop.runs(id)).filter(({ name }) => name === 'tones').map(({ arms, outcome }) => [arms, outcome]);

test('each customer has the arm that was drawn for them, at every entry, and the run says which', async () => {
  await using shop = await startTestShop({ workflows });
  const [plain, warm] = [someoneIn('plain', 'jane'), someoneIn('warm', 'john')];
  for (const id of [plain, warm]) await shop.identify(id);
  for (const cart of ['c-1', 'c-2']) for (const id of [plain, warm]) await visit(shop, id, cart);
  expect(await armsOf(shop, plain)).toEqual([
    [{ tone: 'plain' }, 'plain'],
    [{ tone: 'plain' }, 'plain'],
  ]);
  expect(await armsOf(shop, warm)).toEqual([
    [{ tone: 'warm' }, 'warm'],
    [{ tone: 'warm' }, 'warm'],
  ]);
  expect(await shop.deliveries(plain)).toEqual([]);
  expect(await shop.deliveries(warm)).toMatchObject([{ name: 'tones' }, { name: 'tones' }]);
  const timeline = await shop.admin<{ items: { kind: string; name?: string; arms?: unknown }[] }>(
    'GET',
    `/v1/customers/${warm}/timeline`,
  );
  expect(timeline.items.filter(({ kind, name }) => kind === 'run' && name === 'tones')).toMatchObject([
    { arms: { tone: 'warm' } },
    { arms: { tone: 'warm' } },
  ]);
  const history = inWords((await shop.histories('tones')).join());
  expect(history).not.toContain(armKeyOf(warm));
  expect(history).toContain('"warm"');
});

test('who was a visitor before keeps their arm when they become known', async () => {
  await using shop = await startTestShop({ workflows });
  const anonymousId = someoneIn('warm', 'visitor');
  const userId = someoneIn('plain', 'jane');
  await visit(shop, { anonymousId }, 'c-1');
  await shop.identify(userId);
  await shop.identify({ anonymousId, userId });
  await visit(shop, userId, 'c-2');
  expect(await armsOf(shop, userId)).toEqual([
    [{ tone: 'warm' }, 'warm'],
    [{ tone: 'warm' }, 'warm'],
  ]);
});

test('a test puts everybody into the arm that it is about', async () => {
  await using shop = await startTestShop({ workflows, arms: { tone: 'warm' } });
  await visit(shop, someoneIn('plain', 'jane'), 'c-1');
  expect(await armsOf(shop, someoneIn('plain', 'jane'))).toEqual([[{ tone: 'warm' }, 'warm']]);
});
