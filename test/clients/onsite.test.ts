import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { placeOnsite } from '../../src/db/queries/onsite-place.ts';
import { findCustomer } from '../../src/db/queries/find-customer.ts';
import { deliveries } from '../../src/db/schema/index.ts';
import { bounds } from '../../src/domain/bounds.ts';
import { newId } from '../../src/ids.ts';
import { browserTest, openBrowser } from '../support/browser.ts';
import { eventually } from '../support/eventually.ts';
import { routingOver } from '../support/routing.ts';
import { scriptPage } from '../support/script-page.ts';
import { kairos } from './kairos.ts';

/** What stands on the page. */
const cardOf = (page: Page) => page.locator('#kairos-onsite [part=message]');

async function setup() {
  const it = await kairos();
  const { sql, db } = it.database;
  const routing = routingOver(sql, [], new Date(it.now()).toISOString());
  const shop = await scriptPage(it.url, 'write-of-test');
  const browser = await openBrowser();
  const { page } = browser;
  /** As analytics.js keeps the id of its visitor. */
  const setVisitor = (id: string) =>
    page.evaluate(`localStorage.setItem('ajs_anonymous_id', ${JSON.stringify(JSON.stringify(id))})`);
  const isThere = (id: string) =>
    eventually(`the page of ${id}`, async () => {
      const rows =
        await sql`select from onsite_streams where anonymous_id = ${id} and there_until > ${new Date(it.now())}`;
      return rows.length > 0;
    });
  return {
    ...{ page, browser, sql, shop, isThere, setVisitor },
    async visit(id: string) {
      await routing.acceptAndRoute({ name: 'x', anonymousId: id });
      await page.goto(shop.origin);
      await setVisitor(id);
      await isThere(id);
    },
    async place(id: string, content: { title: string; text: string; url?: string; action?: string }) {
      const at = new Date(it.now());
      const deliveryId = newId(routing.clock);
      await db.insert(deliveries).values({
        ...{ id: deliveryId, runId: newId(routing.clock), customerId: (await findCustomer(sql, id))! },
        ...{ name: 'j', message: 'm', nth: 1, purpose: 'help' as const, channel: 'onsite' },
        ...{ state: 'accepted' as const, verdicts: [], at },
      });
      const expiresAt = new Date(at.getTime() + bounds.onsiteMessageMs);
      await placeOnsite(sql, { messages: [{ deliveryId, content }], placedAt: at, expiresAt });
      return deliveryId;
    },
    told: (id: string, words: string) =>
      eventually(`the ledger to say "${words}"`, async () => {
        const [row] = await sql<{ verdicts: { words: string }[]; clicked: Date | null }[]>`
          select verdicts, clicked_at as clicked from deliveries where id = ${id}`;
        return row!.verdicts.some((verdict) => verdict.words.includes(words)) && row;
      }),
    async [Symbol.asyncDispose]() {
      for (const part of [browser, shop, it]) await part[Symbol.asyncDispose]();
    },
  };
}

browserTest(
  'a message stands on the page as text, one after the other, and goes when it is closed',
  async () => {
    await using it = await setup();
    await it.visit('a1');
    const hostile = '<img src=x onerror="document.title=1"><b>bold</b>';
    const first = await it.place('a1', {
      title: hostile,
      text: hostile,
      url: 'https://shop.example/p',
      action: 'Go',
    });
    const card = cardOf(it.page);
    await card.waitFor();
    expect(await card.locator('[part=title]').textContent()).toBe(hostile);
    expect(await card.locator('img, b').count()).toBe(0);
    expect(await card.locator('[part=action]').getAttribute('href')).toBe('https://shop.example/p');
    expect(await it.page.locator('#kairos-onsite [role=status]').getAttribute('aria-label')).toBe('Shop');
    const second = await it.place('a1', { title: 'Second', text: 'The second.', url: 'javascript:alert(1)' });
    await it.told(first, 'it was shown on the page');
    await card.getByRole('button', { name: 'Close' }).click();
    await card.getByText('The second.').waitFor();
    expect(await card.locator('[part=action]').count()).toBe(0);
    await it.told(first, 'the visitor closed it');
    await it.page.keyboard.press('Escape');
    await card.waitFor({ state: 'detached' });
    await it.told(second, 'the visitor closed it');
    await it.page.reload();
    await it.isThere('a1');
    await it.place('a1', { title: 'Third', text: 'The third.' });
    await card.getByText('The third.').waitFor();
    expect(it.browser.complaints).toEqual([]);
  },
);

browserTest('it covers a small part of a narrow page, and is styled by the page’s variables', async () => {
  await using it = await setup();
  await it.page.setViewportSize({ width: 320, height: 568 });
  await it.visit('a1');
  await it.place('a1', { title: 'Long', text: 'word '.repeat(300) });
  const card = cardOf(it.page);
  await card.waitFor();
  const box = (await card.boundingBox())!;
  expect(box.x).toBeGreaterThanOrEqual(0);
  expect(box.x + box.width).toBeLessThanOrEqual(320);
  expect(box.height).toBeLessThanOrEqual(568 * 0.31);
  await it.page.evaluate(`document.documentElement.style.setProperty('--kairos-background', 'rgb(1, 2, 3)')`);
  const shown = `getComputedStyle(document.querySelector('#kairos-onsite').shadowRoot.querySelector('[part=message]')).backgroundColor`;
  expect(await it.page.evaluate(shown)).toBe('rgb(1, 2, 3)');
});

browserTest('who logs out sees nothing of before, and a page that was left listens to nothing', async () => {
  await using it = await setup();
  await it.visit('a1');
  await it.place('a1', { title: 'Mine', text: 'For the one before.' });
  const card = cardOf(it.page);
  await card.waitFor();
  await it.setVisitor('a-new');
  await card.waitFor({ state: 'detached' });
  await it.isThere('a-new');
  await it.page.goto('about:blank');
  await eventually('the leaving', async () => {
    const rows = await it.sql`
      select from onsite_streams where there_until > opened_at + interval '30 seconds' and anonymous_id = 'a-new'`;
    return rows.length === 0;
  });
});

browserTest('following the link is kept, and the message is gone on the next page', async () => {
  await using it = await setup();
  await it.visit('a1');
  const id = await it.place('a1', { title: 'Back', text: 'It is back.', url: `${it.shop.origin}/kettle` });
  await cardOf(it.page).locator('[part=action]').click();
  await it.page.waitForURL('**/kettle');
  // The page was told that it was shown and that it was clicked by two requests, which come in any order.
  await eventually('the click', async () => (await it.told(id, 'it was shown')).clicked !== null);
  await it.isThere('a1');
  await it.place('a1', { title: 'Next', text: 'The next.' });
  await cardOf(it.page).getByText('The next.').waitFor();
});
