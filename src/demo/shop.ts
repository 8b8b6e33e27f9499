/** The shop that `npm run demo` shows: made up, small, and the same every time. */

export interface DemoProduct {
  sku: string;
  title: string;
  category: string;
  /** Decimals of the major unit, as shops say it. */
  price: number;
  available: number;
  substitutes: string[];
}

export interface DemoCustomer {
  userId: string;
  firstName: string;
  phone: string | null;
  consents: { email?: boolean; sms?: boolean };
  /** Orders of past months. */
  orders: number;
}

/** What is sold out when the demo begins, so that there is something to come back. */
export const soldOut = 'copper-kettle';

const shelf: [sku: string, title: string, category: string, price: number, available: number][] = [
  [soldOut, 'Copper kettle', 'kettles', 89, 0],
  ['steel-kettle', 'Steel kettle', 'kettles', 49.9, 40],
  ['teapot', 'Porcelain teapot', 'tea', 34.5, 25],
  ['green-tea', 'Green tea, 100 g', 'tea', 8.9, 300],
  ['grinder', 'Coffee grinder', 'coffee', 119, 12],
  ['beans', 'Coffee beans, 1 kg', 'coffee', 24, 150],
  ['french-press', 'French press', 'coffee', 39, 30],
  ['mug', 'Stoneware mug', 'cups', 16.5, 200],
];

export const demoProducts: readonly DemoProduct[] = shelf.map(([sku, title, category, price, available]) => ({
  sku,
  title,
  category,
  price,
  available,
  substitutes: sku === soldOut ? ['steel-kettle'] : [],
}));

const names =
  'Ada Ben Cleo Dan Edith Finn Grace Hugo Iris Jack Kim Leo Mona Nils Olga Paul Quinn Rosa Sven Tara Uma Vito Wanda Xaver Yara Zeno Alma Boris Clara Dario Elsa Felix'.split(
    ' ',
  );

/** Some agreed to everything, some to one channel, some to nothing: so that there is something to see of each. */
const agreed: DemoCustomer['consents'][] = [
  { email: true, sms: true },
  { email: true },
  { email: true, sms: false },
  { email: true, sms: true },
  { email: false, sms: true },
  {},
];

export const demoCustomers: readonly DemoCustomer[] = names.map((firstName, place) => ({
  userId: firstName.toLowerCase(),
  firstName,
  phone: place % 3 === 2 ? null : `+1202555${String(100 + place).padStart(4, '0')}`,
  consents: agreed[place % agreed.length]!,
  orders: place % 4 === 1 ? 3 : place % 4 === 2 ? 1 : 0,
}));
