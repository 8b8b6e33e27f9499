/** What a shop's browser sends when somebody looks at a product: no journey is concerned. `[<id>]` is new each time. */
export const lookedAt = {
  type: 'track',
  event: 'Product Viewed',
  messageId: 'm-[<id>]',
  anonymousId: 'a-[<id>]',
  timestamp: '2026-05-01T12:00:00.000Z',
  properties: {
    product_id: 'kettle-12',
    sku: 'K-12',
    category: 'Kitchen',
    name: 'Kettle',
    brand: 'Hearth',
    price: 29.9,
    currency: 'USD',
    url: 'https://shop.example/kettle-12',
  },
  context: {
    library: { name: 'analytics.js', version: '2.1.0' },
    page: { path: '/kettle-12', title: 'Kettle', url: 'https://shop.example/kettle-12' },
    userAgent:
      'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36',
    locale: 'en-US',
  },
};

/** A batch of such events. */
export function batchOf(size: number): string {
  const batch = Array.from({ length: size }, (_, place) => ({
    ...lookedAt,
    messageId: `m-${place}-[<id>]`,
    anonymousId: `a-${place}-[<id>]`,
  }));
  return JSON.stringify({ batch });
}
