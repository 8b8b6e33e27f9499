/** The currency in which the thresholds of the segments stand. Orders in another count nothing towards them. */
export const shopCurrency = 'USD';
