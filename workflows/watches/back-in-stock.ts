import { stock } from '../../src/define/watch.ts';
import { backOnShelf } from '../../src/messages/back-on-shelf.ts';
import { viewedWhileSoldOut } from '../../src/waiting/viewed-while-sold-out.ts';
import { watch } from '../sdk/watch.ts';

/**
 * Tells those who looked while it was sold out that a product is back: as many as the shelf can serve, the longest waiting
 * first. Of up to three that are back at that moment one message tells. Who has waited for a season has found another by
 * now, or forgotten it: nobody waits longer.
 */
export const backInStock = watch({
  subject: 'sku',
  opens: 'when waited for',
  wakes: { restocked: stock.rises(0) },
  waiting: viewedWhileSoldOut,
  lasts: '90 days',
  competing: { combine: 3 },
  holdout: 0.1,
  wave: { perUnit: 2, every: '1 hour' },

  async run(product) {
    await product.until('restocked');
    await product.serve(backOnShelf);
    return 'served';
  },
});
