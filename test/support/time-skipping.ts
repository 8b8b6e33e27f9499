export { timeSkippedTest, timeSkippingEnvironment } from '../../testing/time-skipping.ts';
