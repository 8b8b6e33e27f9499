import { sawItDearer } from '../../src/define/price-audience.ts';
import { price } from '../../src/define/price-crossing.ts';
import { cheaperNow } from '../../src/messages/cheaper-now.ts';
import { watch } from '../sdk/watch.ts';

/**
 * Tells those who looked at a product, and did not buy it, that it costs less than the last price they saw or were told:
 * once a drop. Of a thing of which there are few, no more are told than can have it; an hour shows what they bought.
 */
export const priceDrop = watch({
  subject: 'sku',
  wakes: { fell: price.falls() },
  audience: sawItDearer({ percent: 10, within: '30 days' }),
  holdout: 0.1,
  wave: { customers: 5_000, perUnit: 5, every: '1 hour' },

  async run(product) {
    await product.until('fell');
    await product.serve(cheaperNow);
    return 'served';
  },
});
