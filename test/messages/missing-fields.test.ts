import { describe, expect, test } from 'vitest';
import type { Content } from '../../src/define/content.ts';
import { contents } from '../../src/messages/index.ts';
import { MissingData } from '../../src/messages/missing-data.ts';
import { renderMessage } from '../../src/messages/render.ts';
import { sampleInput } from '../../src/messages/sample-input.ts';
import { sayingsOf, type Saying } from '../../src/messages/templates-for.ts';

type Data = Record<string, unknown>;

/** Every path to what an object holds: `items`, `items.0`, `items.0.title`. */
function pathsIn(value: unknown, at = ''): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const path = at === '' ? key : `${at}.${key}`;
    return [path, ...pathsIn(inner, path)];
  });
}

function without(value: Data, path: string): Data {
  const copy = structuredClone(value);
  const keys = path.split('.');
  const last = keys.pop()!;
  const parent = keys.reduce((inner, key) => inner[key] as Data, copy);
  // Of a list an element is taken out: a hole is nothing that comes.
  if (Array.isArray(parent)) parent.splice(Number(last), 1);
  else delete parent[last];
  return copy;
}

/** Which field is named when what stands at a path is not there; null: the message goes out without. */
async function namedFor(content: Content<unknown>, { variant, locale, chosen }: Saying, path: string) {
  const input = sampleInput(content, { channel: chosen.channel, variant, locale });
  try {
    await renderMessage({ ...input, data: without(input.data, path) }, content);
    return null;
  } catch (error) {
    if (error instanceof MissingData) return error.field;
    throw error;
  }
}

const cart = { unsubscribeUrl: 'unsubscribeUrl', items: 'items' };
const quantities = (list: string) => ({
  [`${list}.0.quantity`]: 'item.quantity',
  [`${list}.1.quantity`]: 'item.quantity',
});

/**
 * What each message that comes with Kairos cannot be said without, on any channel, in any language and variant: the path,
 * and the field as it is named. Of one that a shop adds it is looked at that a field that is not there never throws otherwise.
 */
const needs: Record<string, Record<string, string>> = {
  'cart-nudge': { ...cart, ...quantities('items') },
  'cart-offer': {
    ...cart,
    ...quantities('items'),
    percentOff: 'percentOff',
    recommendations: 'recommendations',
    ...quantities('recommendations'),
  },
  'birthday-wishes': {
    ...{ unsubscribeUrl: 'unsubscribeUrl', percentOff: 'percentOff', recommendations: 'recommendations' },
    ...quantities('recommendations'),
  },
  'back-on-shelf': {
    unsubscribeUrl: 'unsubscribeUrl',
    product: 'product',
    products: 'products',
    'product.reviews': 'product.reviews',
    'product.reviews.0.author': 'product.reviews.0.author',
    'product.reviews.0.text': 'product.reviews.0.text',
  },
  'moment-note': {
    unsubscribeUrl: 'unsubscribeUrl',
    event: 'event',
    'event.title': 'event.title',
    'event.topic': 'event.topic',
  },
};

describe('a shipped message lacks no field that it needs', () => {
  test('every one of them is looked at', () => {
    expect(contents.map(({ message }) => message.name)).toEqual(expect.arrayContaining(Object.keys(needs)));
  });

  test.each(contents.map((content) => [content.message.name, content] as const))(
    '%s is withheld by the name of what is not there, and goes out without what it can do without',
    async (name, content) => {
      const found: Record<string, string> = {};
      for (const saying of sayingsOf(content)) {
        const { data } = sampleInput(content, { channel: saying.chosen.channel });
        for (const path of pathsIn(data)) {
          const field = await namedFor(content, saying, path);
          if (field !== null) found[path] = field;
        }
      }
      expect(found).toEqual(needs[name] ?? (expect.any(Object) as unknown));
    },
  );
});
