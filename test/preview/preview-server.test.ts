import { expect, test } from 'vitest';
import { content, type Content } from '../../src/define/content.ts';
import { message } from '../../src/define/message.ts';
import { trait } from '../../src/define/trait.ts';
import { segment } from '../../src/define/segment.ts';
import { contents } from '../../src/messages/index.ts';
import { startPreview } from '../../src/preview/preview-server.ts';
import { browserTest, openBrowser } from '../support/browser.ts';

const regulars = segment('regulars', trait('regular').is(true));
const thanks = message({
  ...{ name: 'thanks', purpose: 'offer', channels: ['sms', 'push'], codes: 'spring', segments: [regulars] },
  variants: { plain: 1, warm: 1 },
});
const said = `{% if segments contains 'regulars' %}you, {% endif %}{{ persona }}: {{ code }} {{ percent }}`;
const thanksContent = content<unknown>(thanks, {
  sms: { text: `Thank ${said}` },
  push: { title: '{{ gift }}', body: 'x' },
  locales: { de: { sms: { text: `Danke ${said}` } } },
  variants: { warm: { sms: { text: 'Warm' }, locales: { de: { sms: { text: 'Warm de' } } } } },
  sample: { data: { percent: 5 } },
});

async function preview(of: readonly Content<unknown>[]) {
  const { url, stop } = await startPreview(of, 0);
  const get = async (path: string) => fetch(`${url}${path}`);
  return { url, get, json: async (path: string) => (await get(path)).json(), [Symbol.asyncDispose]: stop };
}

test('what is shipped is shown whole, in every language and variant, with pictures that need no network', async () => {
  await using it = await preview(contents);
  const { messages } = (await it.json('/messages')) as { messages: { name: string; faults: string[] }[] };
  expect(messages.map(({ name, faults }) => [name, faults])).toEqual(
    contents.map(({ message: { name } }) => [name, []]),
  );
  const { shown } = (await it.json('/messages/cart-nudge?locale=de&variant=question')) as {
    shown: { channel: string; says: { subject: string; html: string } }[];
  };
  expect(shown[0]).toMatchObject({
    channel: 'email',
    says: { subject: expect.stringContaining('Entscheidung') as string },
  });
  const pictures = shown[0]!.says.html.match(/src="([^"]+)"/g)!.map((found) => found.slice(5, -1));
  expect(pictures.length).toBe(2);
  for (const picture of pictures) {
    const answer = await it.get(picture);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([
      200,
      'image/svg+xml; charset=utf-8',
    ]);
  }
  expect(await (await it.get('/')).text()).toContain('<title>Messages');
});

browserTest('a mail is shown as it looks on a wide and on a narrow screen', async () => {
  await using it = await preview(contents);
  await using browser = await openBrowser();
  await browser.page.goto(`${it.url}/?message=cart-nudge`);
  for (const [title, width] of [
    ['wide', 1280],
    ['narrow', 380],
  ] as const) {
    const frame = `iframe[title="${title}"]`;
    await browser.page.frameLocator(frame).locator('img').first().waitFor();
    const inside = `document.querySelector('${frame}').contentWindow`;
    const widths = [`${inside}.innerWidth`, `${inside}.document.documentElement.scrollWidth`];
    expect(await browser.page.evaluate(`[${widths.join()}]`), title).toEqual([width, width]);
  }
});

test('a message is shown to whom is chosen, and what its sample lacks is named', async () => {
  await using it = await preview([thanksContent]);
  const shown = async (query: string) =>
    ((await it.json(`/messages/thanks?${query}`)) as { shown: unknown[] }).shown;
  const fault = 'The sample lacks gift: give it one, or the message is withheld as it is here.';
  const push = { channel: 'push', fault };
  expect(await shown('')).toEqual([
    { channel: 'sms', says: { text: 'Thank everybody-else: SAMPLE-7QK2 5' } },
    push,
  ]);
  expect(await shown('locale=de&persona=newcomers&segments=regulars')).toEqual([
    { channel: 'sms', says: { text: 'Danke you, newcomers: SAMPLE-7QK2 5' } },
    push,
  ]);
  expect(await shown('variant=warm&locale=de')).toEqual([
    { channel: 'sms', says: { text: 'Warm de' } },
    push,
  ]);
  expect(await it.json('/messages')).toMatchObject({
    messages: [{ segments: ['regulars'], variants: ['plain', 'warm'], faults: [`push, en-US: ${fault}`] }],
  });
});

test('only this machine sees it, and of what there is not it says so', async () => {
  await using it = await preview([thanksContent]);
  expect(new URL(it.url).hostname).toBe('127.0.0.1');
  expect((await it.get('/messages/none')).status).toBe(404);
  expect((await it.get('/sample-picture/K/red.svg')).status).toBe(404);
});
