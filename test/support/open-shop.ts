import { Shop } from './shop.ts';
import { startKairos, testHome, untilGone, type Started } from './started.ts';

/** A whole Kairos as `npm start` starts it, and a shop that talks to it. */
export interface OpenShop extends AsyncDisposable {
  kairos: Started;
  shop: Shop;
}

/** In a home of its own, its time so many times as fast; all of it goes away at the end. */
export async function openShop(clockSpeed: number): Promise<OpenShop> {
  const home = await testHome();
  const kairos = startKairos({ home: home.path, env: { KAIROS_CLOCK_SPEED: String(clockSpeed) } });
  const shop = new Shop(await kairos.ready());
  return {
    kairos,
    shop,
    [Symbol.asyncDispose]: async () => {
      await shop.close();
      const pids = Object.values(await kairos.processes());
      kairos.child.kill('SIGTERM');
      await kairos.ended();
      await untilGone(pids);
      await home[Symbol.asyncDispose]();
    },
  };
}
