import { describe, expect, test } from 'vitest';
import { content, type EmailTemplate } from '../../src/define/content.ts';
import type { MessageType } from '../../src/define/message.ts';
import { backOnShelf } from '../../src/messages/back-on-shelf.ts';
import { cartNudge } from '../../src/messages/cart-nudge.ts';
import { cartOffer } from '../../src/messages/cart-offer.ts';
import { contentOf, messageNamed, messages } from '../../src/messages/index.ts';
import { mailTemplate } from '../../src/messages/mail-template.ts';
import { MissingData } from '../../src/messages/missing-data.ts';
import { renderMessage, type Rendered, type RenderInput } from '../../src/messages/render.ts';
import { sayingsOf } from '../../src/messages/templates-for.ts';
import type { CartItem } from '../../src/projections/cart.ts';

type Item = CartItem & { title?: string | null; url?: string | null; imageUrl?: string | null };

function item(more: Partial<Item> = {}): Item {
  const line = { line: 'tea', sku: null, productId: 'p-1', quantity: 1, priceMinor: 1_999, currency: 'USD' };
  return { ...line, title: 'Green tea', url: null, imageUrl: null, ...more };
}

/** What the gate gives beside a message's own data. */
const around = { unsubscribeUrl: 'https://kairos.example/u/token', recommendations: [] };

async function mail(input: Partial<RenderInput> & { data: RenderInput['data'] }) {
  const rendered = await renderMessage({
    message: cartNudge,
    channel: 'email',
    customer: {},
    persona: 'newcomers',
    ...input,
    data: { ...around, ...input.data },
  });
  if (!('html' in rendered)) throw new Error('An e-mail was expected.');
  return rendered;
}

async function sms(message: MessageType<unknown>, data: RenderInput['data']): Promise<string> {
  return textOf(await renderMessage({ message, channel: 'sms', data, customer: {}, persona: 'newcomers' }));
}

function textOf(rendered: Rendered): string {
  if (!('text' in rendered)) throw new Error('A text message was expected.');
  return rendered.text;
}

test('a message varies by the persona of whom it is for', async () => {
  const text = `{% if persona == 'newcomers' %}Welcome!{% else %}Good to see you again.{% endif %}`;
  const said = async (persona: string) =>
    textOf(
      await renderMessage(
        { message: cartNudge, channel: 'sms', data: {}, customer: {}, persona },
        content(cartNudge, { sms: { text } }),
      ),
    );
  expect([await said('newcomers'), await said('everybody-else')]).toEqual([
    'Welcome!',
    'Good to see you again.',
  ]);
});

test.each([
  [['Teapot'], 'Teapot is back, and', 'Teapot ist wieder da, und'],
  [['Teapot', 'Pan'], 'Teapot and Pan are back, and', 'Teapot und Pan sind wieder da, und'],
  [['Teapot', 'Pan', 'Lid'], 'Teapot, Pan and Lid are back, and', 'Teapot, Pan und Lid sind wieder da, und'],
])('a text message names all of %j that are back', async (titles, english, german) => {
  const products = titles.map((title) => item({ title }));
  const said = async (locale: string) =>
    textOf(
      await renderMessage({
        ...{ message: backOnShelf, channel: 'sms', data: { product: products[0], products } },
        ...{ customer: { locale }, persona: 'newcomers' },
      }),
    );
  expect(await said('en')).toMatch(new RegExp(`^${english}`));
  expect(await said('de')).toMatch(new RegExp(`^${german}`));
});

test('every message has content for every channel it lists, under its own name', () => {
  for (const message of messages) {
    expect(messageNamed(message.name)).toBe(message);
    for (const channel of message.channels) expect(contentOf(message.name)?.[channel]).toBeDefined();
  }
});

test('every mail that is not owed ends with where its reader chooses what they get, in each language', async () => {
  const asked = messages.filter(
    ({ purpose, channels }) => purpose !== 'transactional' && channels.includes('email'),
  );
  expect(asked.length).toBeGreaterThan(2);
  for (const message of asked) {
    for (const saying of sayingsOf(contentOf(message.name)!).filter(
      ({ chosen }) => chosen.channel === 'email',
    )) {
      const { html, text } = await mailTemplate((saying.chosen.templates as EmailTemplate).mjml, 'en');
      expect(html).toContain('<a href="{{ unsubscribeUrl | as_address }}"');
      expect(text).toMatch(/(unsubscribe|abmelden) \(\{\{ ?unsubscribeUrl \| as_address \}\}\)\s*$/);
    }
  }
  const { html, text } = await mail({ data: { items: [item()] } });
  expect(html).toContain(`<a href="${around.unsubscribeUrl}"`);
  expect(text).toMatch(/unsubscribe \(https:\/\/kairos\.example\/u\/token\)\s*$/);
});

test("a mail says the sender's postal address where one is set, and leaves no hole where none is", async () => {
  const data = { items: [item()] };
  const postalAddress = 'Kettles & Co, 1 High Street, Springfield';
  const said = await mail({ data, postalAddress });
  expect(said.html).toContain('Kettles &amp; Co, 1 High Street, Springfield<br');
  expect(said.text).toMatch(/by e-mail\.\nKettles & Co, 1 High Street, Springfield\nChoose /);
  const bare = await mail({ data });
  expect(bare.text).toMatch(/by e-mail\.\nChoose /);
  expect(bare.html).toMatch(/by e-mail\.\s*<br \/>\s*<a /);
});

test('a mail names the items, what they cost and what they come to, in HTML and in text', async () => {
  const items = [
    item({ url: 'https://shop.example/tea' }),
    item({ line: 'cup', title: 'Cup', quantity: 3, priceMinor: 500 }),
  ];
  const { subject, html, text } = await mail({ data: { items }, customer: { firstName: 'Ada' } });
  expect(subject).toBe('Still thinking about Green tea?');
  expect(text).toContain('Hello Ada,\n\nYou left these in your cart.');
  expect(text).toContain(
    '\n\nGreen tea (https://shop.example/tea)  $19.99\nCup, 3 pieces  $15.00\nTogether  $34.99\n\n',
  );
  for (const words of ['Hello Ada,', 'href="https://shop.example/tea"', '$15.00', '$34.99'])
    expect(html).toContain(words);
});

test('an offer says how much', async () => {
  const data = { items: [item()], percentOff: 15 };
  const { subject, html, text } = await mail({ message: cartOffer, data });
  expect(subject).toBe('15% off what is still in your cart');
  expect(html).toContain('<strong>15% cheaper</strong>');
  expect(text).toContain('15% cheaper');
});

describe('an item goes by', () => {
  test.each<[string, Partial<Item>, string]>([
    ['its title', {}, 'Green tea'],
    ['else its product id', { title: null }, 'p-1'],
    ['else its sku', { title: null, productId: null, sku: 'sku-1' }, 'sku-1'],
    ['else its line', { title: null, productId: null }, 'tea'],
  ])('%s', async (_name, more, expected) => {
    expect((await mail({ data: { items: [item(more)] } })).text).toContain(`\n${expected}  $19.99\n`);
  });

  test('but a subject and an SMS speak of something rather than of a number', async () => {
    const items = [item({ title: null }), item({ line: 'b', title: null })];
    expect((await mail({ data: { items } })).subject).toBe('You left something in your cart');
    expect(await sms(cartNudge, { items })).toMatch(/^You left something in your cart\./);
    expect(await sms(cartOffer, { items, percentOff: 5 })).toMatch(/^5% off what is in your cart\./);
  });
});

describe('money', () => {
  test.each([
    [1_999, 'USD', '$19.99'],
    [1_999, 'JPY', '¥1,999'],
    [1_999, 'KWD', 'KWD 1.999'],
    [-500, 'EUR', '-€5.00'],
  ])('%i of %s', async (priceMinor, currency, words) => {
    const { text } = await mail({ data: { items: [item({ priceMinor, currency })] } });
    expect(text.replaceAll('\u00a0', ' ')).toContain(`\nGreen tea  ${words}\n`);
  });

  test('nothing is said of a price that is not known, and nothing is added across currencies', async () => {
    const unknown = await mail({ data: { items: [item({ priceMinor: null, currency: null }), item()] } });
    expect(unknown.text).toContain('\nGreen tea\n');
    expect(unknown.text).not.toContain('Together');
    expect((await mail({ data: { items: [item(), item({ currency: 'EUR' })] } })).text).not.toContain(
      'Together',
    );
  });
});

describe('what customers and shops wrote', () => {
  const title = `<script>alert("1")</script> & 'more'\r\nBcc: all@example.test {{ customer }}`;

  test('cannot break out of the HTML, and is left as it is in text', async () => {
    const { html, text } = await mail({
      data: { items: [item({ title })] },
      customer: { firstName: '<b>Ada</b>' },
    });
    expect(html).not.toMatch(/<script|<b>/);
    expect(html).toContain('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;more&#39;');
    expect(text).toContain(`<script>alert("1")</script> & 'more' Bcc: all@example.test {{ customer }}`);
    expect(text).toContain('Hello <b>Ada</b>,');
  });

  test('cannot add a line to a subject', async () => {
    const { subject } = await mail({ data: { items: [item({ title: 'Tea\r\nBcc: x\u2028y\u0000z' })] } });
    expect(subject).toBe('Still thinking about Tea Bcc: x y z?');
  });

  test.each(['javascript:alert(1)', 'https://x.example/" onclick="x', 'data:text/html,x', 'ftp://x.example'])(
    'is no link when it is %s',
    async (url) => {
      const { html, text } = await mail({ data: { items: [item({ url, imageUrl: url })] } });
      expect(html.replace(`<a href="${around.unsubscribeUrl}"`, '')).not.toMatch(/<a |<img /);
      expect(text).not.toContain(url);
    },
  );

  test.each([undefined, null, 7, {}, '', ' ', 'x'.repeat(61)])(
    'greets by a name only: %j',
    async (firstName) => {
      expect((await mail({ data: { items: [item()] }, customer: { firstName } })).text).toContain(
        '\nHello,\n',
      );
    },
  );
});

describe('what is missing is named', () => {
  const { quantity: _quantity, ...withoutQuantity } = item();
  test.each<[string, MessageType<unknown>, Record<string, unknown>, string]>([
    ['no items', cartNudge, {}, 'items'],
    ['an empty cart', cartNudge, { items: [] }, 'items'],
    ['no percentage', cartOffer, { items: [item()] }, 'percentOff'],
    ['a percentage of null', cartOffer, { items: [item()], percentOff: null }, 'percentOff'],
  ])('%s', async (_name, message, data, field) => {
    for (const channel of message.channels) {
      const asked = { message, channel, data: { ...around, ...data }, customer: {}, persona: 'newcomers' };
      const refusal = await renderMessage(asked).catch((error: unknown) => error);
      expect(refusal).toBeInstanceOf(MissingData);
      expect(refusal).toMatchObject({ field });
    }
  });

  test('also within an item', async () => {
    const rendering = mail({ data: { items: [withoutQuantity] } });
    await expect(rendering).rejects.toMatchObject({ field: 'item.quantity' });
  });
});

describe('an SMS', () => {
  test('fits into one, with the longest title', async () => {
    const items = [item({ title: 'x'.repeat(300) }), item(), item()];
    expect((await sms(cartNudge, { items })).length).toBeLessThanOrEqual(160);
    expect((await sms(cartOffer, { items, percentOff: 10 })).length).toBeLessThanOrEqual(160);
  });

  test('says how to stop, and what else is in the cart', async () => {
    const text = await sms(cartNudge, { items: [item(), item(), item()] });
    expect(text).toBe(
      'You left Green tea and 2 more in your cart. We have kept it for you. Questions? Just reply. STOP to opt out.',
    );
  });
});

test('a long subject is cut, between whole characters', async () => {
  const { subject } = await mail({ data: { items: [item({ title: '🎁'.repeat(500) })] } });
  expect(subject.length).toBeLessThanOrEqual(200);
  expect(subject).not.toMatch(/[\uD800-\uDBFF](?![\uDC00-\uDFFF])/);
});
