import { event } from '../define/event.ts';

/** The customer asks for help, wherever that is: by chat, by phone, in a ticket. */
export const supportRequested = event<{
  ticket_id?: string;
  topic?: string;
}>('Support Requested');
