import { message } from '../../src/define/message.ts';
import type { WaitingList } from '../../src/define/waiting-list.ts';
import { stock, type WatchDefinition } from '../../src/define/watch.ts';

export const list = 'lookers';
export const sku = 'teapot';

export const lookers: WaitingList = { name: list, opensOn: [{ name: 'Product Viewed' }] };

/** A watch as the gate knows it: nobody held out, a place for each unit. */
export function testWatch(over: Partial<WatchDefinition> = {}): WatchDefinition {
  const wave = over.wave ?? { perUnit: 1, every: '1 hour' };
  return {
    name: 'backAgain',
    version: 1,
    workflowType: 'backAgain',
    subject: 'sku',
    wakes: { soldOut: stock.falls(0), restocked: stock.rises(0) },
    waiting: lookers,
    audience: null,
    again: null,
    holdout: 0,
    wave,
    settings: { ...wave },
    ...over,
  };
}

export const back = message<object>({
  name: 'back',
  purpose: 'help',
  channels: ['email', 'sms'],
  topic: 'restocks',
});
