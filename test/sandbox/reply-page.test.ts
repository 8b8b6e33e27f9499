import { expect } from 'vitest';
import { createClock } from '../../src/clock.ts';
import { realTime } from '../../src/domain/time-scale.ts';
import { browserTest, openBrowser } from '../support/browser.ts';
import { testDatabase } from '../support/database.ts';
import { addReachable, hookApi, hookKeys } from '../support/hooks.ts';
import { testSandbox } from '../support/sandbox.ts';

browserTest(
  'whoever tries Kairos out answers STOP on the page, also on a phone, and Kairos heeds it',
  async () => {
    await using database = await testDatabase();
    const clock = createClock(realTime);
    await using hooks = await hookApi(database, clock, { outside: null });
    await using sandbox = await testSandbox(clock, { url: hooks.api.url, keys: hookKeys });
    await addReachable({ database, clock }, { phone: '+14155550123' });
    const account = `AC${'0'.repeat(32)}`;
    const sent = await fetch(`${sandbox.url}/2010-04-01/Accounts/${account}/Messages.json`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`${account}:token`).toString('base64')}` },
      body: new URLSearchParams({ To: '+14155550123', From: '+15005550006', Body: 'Still there?' }),
    });
    expect(sent.status).toBe(201);
    await using browser = await openBrowser();
    const { page } = browser;
    await page.setViewportSize({ width: 380, height: 700 });
    await page.goto(`${sandbox.url}/sandbox`);
    await page.getByRole('button', { name: 'Still there?' }).click();
    await page.getByLabel('Answer as +14155550123').fill('Who is this?');
    await page.getByRole('button', { name: 'Answer', exact: true }).click();
    await page.getByText('Kairos has heard it').waitFor();
    await page.getByRole('button', { name: 'STOP', exact: true }).click();
    await expect
      .poll(() => database.sql`select from suppressions where reason = 'stopped' and channel = 'sms'`)
      .toHaveLength(1);
    await page.locator('.reply li', { hasText: 'STOP' }).waitFor();
    expect(await page.locator('.reply li').allTextContents()).toEqual(['Who is this?', 'STOP']);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(380);
    const events = await database.sql`select name from events order by seq`;
    expect(events.map(({ name }) => name as string)).toEqual([
      'Message Replied',
      'Support Requested',
      'Message Replied',
    ]);
    expect(browser.complaints).toEqual([]);
  },
);
