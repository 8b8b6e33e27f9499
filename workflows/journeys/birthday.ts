import { dateOf } from '../../src/define/date-start.ts';
import { orderCompleted } from '../../src/events/order-completed.ts';
import { birthdayWishes } from '../../src/messages/birthday-wishes.ts';
import { journey } from '../sdk/journey.ts';

/** Best wishes on the morning of a birthday, with something off for a week: of a date that the customer told us. */
export const birthday = journey({
  starts: dateOf('birthday', { yearly: true, at: '09:00' }),
  ends: { ordered: orderCompleted },
  // Once a year, also for who corrects their date.
  again: 'after 300 days',
  lasts: '10 days',
  holdout: 0.1,
  cap: { sends: 1, within: '300 days' },
  settings: { percentOff: 10 },
  ranges: { percentOff: { least: 1, most: 100 } },

  async run(customer) {
    await customer.send(birthdayWishes, { percentOff: customer.settings.percentOff });
    await customer.wait('7 days');
    return 'over';
  },
});
