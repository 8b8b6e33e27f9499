import { event } from '../define/event.ts';

/** What the customer asked for help with is put right. */
export const supportResolved = event<{
  ticket_id?: string;
}>('Support Resolved');
