import { concernedByMoment } from '../../src/audiences/concerned-by-moment.ts';
import { momentOccurred } from '../../src/define/universal-event.ts';
import { momentNote } from '../../src/messages/moment-note.ts';
import { watch } from '../sdk/watch.ts';

/** Tells whom a piece of news, a trend or a season concerns, while it is one: by what they said of their interests, or have shown. */
export const moment = watch({
  subject: 'topic',
  wakes: { occurred: momentOccurred.when({}, { fresh: '2 days' }) },
  audience: concernedByMoment,
  holdout: 0.1,
  wave: { customers: 500, every: '10 minutes' },

  async run(topic) {
    await topic.until('occurred');
    await topic.serve(momentNote);
    return 'told';
  },
});
