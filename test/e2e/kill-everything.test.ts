import { expect, test } from 'vitest';
import { Shop, someone } from '../support/shop.ts';
import { startKairos, testHome, untilGone } from '../support/started.ts';
import { eventually } from '../support/eventually.ts';

test('kill -9 of everything, and a new start: every open run goes on, and nobody hears twice', async () => {
  await using home = await testHome();
  const env = { KAIROS_CLOCK_SPEED: '3600' };
  const before = startKairos({ home: home.path, env });
  const shop = new Shop(await before.ready());
  const [nudged, waiting, buyer] = [someone('nudged'), someone('waiting'), someone('buyer')];
  for (const user of [nudged, waiting, buyer]) shop.identifies(user);
  shop.adds(nudged);
  await eventually(
    'the first nudge',
    async () => (await shop.inboxOf(`${nudged}@example.test`)).length === 1,
  );
  shop.adds(waiting);
  shop.adds(buyer);
  // Answered: from here on it may not be lost.
  await shop.close();
  const pids = Object.values(await before.processes());
  for (const pid of pids) process.kill(pid, 'SIGKILL');
  await untilGone(pids);

  const after = startKairos({ home: home.path });
  const again = new Shop(await after.ready());
  again.buys(buyer, 'order-1');
  expect((await again.untilDecided(waiting)).map(({ message, state }) => [message, state])).toEqual([
    ['cart-nudge', 'accepted'],
  ]);
  expect(await again.untilClosed(nudged)).toMatchObject({ outcome: 'lost' });
  expect(await again.untilClosed(waiting)).toMatchObject({ outcome: 'lost' });
  expect(await again.untilClosed(buyer)).toMatchObject({ outcome: 'ordered' });
  for (const user of [nudged, waiting]) expect(await again.inboxOf(`${user}@example.test`)).toHaveLength(1);
  await again.close();
  after.child.kill('SIGTERM');
  expect(await after.ended()).toBe(0);
});
