import type { Sample } from '../define/content.ts';

/** A picture that needs no network: a square of one colour with a letter. */
export function samplePicture(letter: string, colour: string): string {
  return `https://shop.example/sample-picture/${letter}/${colour}.svg`;
}

/** A cart of two lines as templates see it, and whose it is. */
export const sampleCart: Sample = {
  data: {
    items: [
      {
        ...{ line: 'kettle', sku: 'kettle-1', productId: 'kettle', quantity: 1 },
        ...{ priceMinor: 8_900, currency: 'EUR', title: 'Gooseneck kettle, 0.9 l' },
        ...{ url: 'https://shop.example/kettle', imageUrl: samplePicture('K', '31572c'), rating: 4.6 },
      },
      {
        ...{ line: 'cup', sku: 'cup-4', productId: 'cup', quantity: 4 },
        ...{ priceMinor: 1_450, currency: 'EUR', title: 'Stoneware cup' },
        ...{ url: 'https://shop.example/cup', imageUrl: samplePicture('C', 'b5651d'), rating: null },
      },
    ],
  },
  customer: { firstName: 'Ada', timezone: 'Europe/Berlin' },
};

/** Products that go with them. */
export const sampleRecommendations = [
  {
    ...{ sku: 'filter-1', productId: 'filter', quantity: 1, title: 'Paper filters, 100', category: 'coffee' },
    ...{ priceMinor: 690, currency: 'EUR', url: 'https://shop.example/filter' },
    ...{ imageUrl: samplePicture('F', '7f8c8d'), rating: 4.6, reviews: [], basis: 'bought-together' },
  },
  {
    ...{ sku: 'grinder-1', productId: 'grinder', quantity: 1, title: 'Hand grinder', category: 'coffee' },
    ...{ priceMinor: 6_400, currency: 'EUR', url: 'https://shop.example/grinder' },
    ...{ imageUrl: samplePicture('G', '5b4b8a'), rating: 4.2, reviews: [], basis: 'most-seen' },
  },
];
