import { expect, test } from 'vitest';
import { SharedWords } from '../../src/messages/shared-words.ts';
import { escaped, missingField, parsedTemplate, plain, render, say } from '../../src/messages/engine.ts';
import { onOneLine, withoutGaps } from '../../src/messages/lines.ts';
import { wholeOf } from '../../src/messages/said.ts';

const own = { locale: 'en', zone: 'UTC' };
/** As it is rendered without anything kept. */
const plainly = (template: string, scope: object) =>
  String(escaped.renderSync(parsedTemplate(escaped, template), scope));

test('a thousand who are told the same get it to the letter, each with their own', () => {
  const template =
    '{% assign name = product.title | upcase %}Hi {{ customer.name }}: {{ name }} & {{ product.title }}{% if product.isNew %} (new){% endif %} {{ unsubscribeUrl }}{{ code }}';
  for (const product of [
    { title: 'A <kettle>', isNew: true },
    { title: '\ufdd0', isNew: false },
  ]) {
    for (let n = 0; n < 5; n += 1) {
      const scope = {
        ...own,
        product,
        customer: { name: `N<${n}>` },
        unsubscribeUrl: `https://k/u/${n}`,
        code: n,
      };
      expect(render(escaped, template, scope)).toBe(plainly(template, scope));
    }
  }
});

test('who is told of something else, or in another language, gets that', () => {
  const template = '{{ product.title }} {{ product | line_price }} {{ customer.name }}';
  const customer = { name: 'Ada' };
  const priced = { title: 'Pot', priceMinor: 123_450, quantity: 1, currency: 'EUR' };
  const scopes = [
    ...[1, 2, 3].map(() => ({ ...own, product: priced, customer })),
    ...[1, 2, 3].map(() => ({ ...own, locale: 'de', product: priced, customer })),
    ...[1, 2, 3].map((n) => ({ ...own, product: { ...priced, title: `Pot ${n}` }, customer })),
  ];
  for (const scope of scopes) expect(render(escaped, template, scope)).toBe(plainly(template, scope));
});

test('what a branch sets that is not taken is each one’s own', () => {
  const template =
    '{% if product.onSale %}{% assign price = product.price %}{% endif %}{{ price.now }} instead of {{ price.was }}';
  const product = { onSale: false };
  for (const was of [10, 20, 30, 40]) {
    const scope = { ...own, product, price: { now: 5, was } };
    expect(render(escaped, template, scope)).toBe(`5 instead of ${was}`);
  }
});

test.each([
  '{% if customer.vip %}Dear{% endif %} {{ product.title }}',
  '{% assign customer = product %}{{ customer.title }}',
  '{{ product.title }}{% for each in customer.names %}{{ each }}{% endfor %}',
  '{{ product.title | append: customer.name }}',
  '{{ "now" | date: "%Y" }} {{ product.title }}',
  '{% capture t %}now{% endcapture %}{{ t | date: "%Y" }}',
  '{% assign mine = product.variants | where_exp: "v", "v.size == customer.size" %}{{ mine[0].title }}',
  '{% assign w = "customer" %}{{ [w].firstName }}',
  '{{ product.tags | sample }}',
])(
  'nothing is kept of a template that asks about its reader, or the clock, along the way: %s',
  (template) => {
    expect(SharedWords.of(escaped, parsedTemplate(escaped, template))).toBeNull();
  },
);

test('what is missing of one is said of that one', () => {
  const template = '{{ product.title }} {{ customer.name }}';
  const product = { title: 'Pot' };
  const say = (customer: object) => render(escaped, template, { ...own, product, customer });
  for (const name of ['Ada', 'Eve', 'Kim']) expect(say({ name })).toBe(`Pot ${name}`);
  let failure: unknown;
  try {
    say({});
  } catch (error) {
    failure = error;
  }
  expect(missingField(failure)).toBe('customer.name');
});

test('whatever somebody’s own words are, what is finished is what would have been finished whole', () => {
  const template = ' \n\n\nHi  {{ customer.name }} \n{{ product.title }}\n\n\n {{ customer.name }}\n';
  const product = { title: 'Pot' };
  for (const finish of [onOneLine, withoutGaps]) {
    for (const name of [
      'Ada',
      'Eve',
      ' Eve',
      'Eve  K',
      'Eve\n\n\nK',
      'E\t',
      '\u2028',
      '\u0007',
      '\ufdd0',
      'K',
    ]) {
      const scope = { ...own, product, customer: { name } };
      const whole = finish(String(plain.renderSync(parsedTemplate(plain, template), scope)));
      expect(wholeOf(say(plain, template, scope, finish)), JSON.stringify(name)).toBe(whole);
    }
  }
});

test('who is told of one of several products has the very same words as others who are', () => {
  const products = Array.from({ length: 4 }, (_, n) => ({ title: `Pot ${n}` }));
  const words = (n: number) => {
    const scope = { ...own, product: products[n % 4], customer: { name: `N${n}` } };
    return say(plain, 'Hi {{ customer.name }}: {{ product.title }}', scope, onOneLine).words;
  };
  for (let n = 0; n < 4; n += 1) words(n);
  const known = [4, 5, 6, 7].map(words);
  expect([8, 9, 10, 11].every((n) => words(n) === known[n % 4])).toBe(true);
});
