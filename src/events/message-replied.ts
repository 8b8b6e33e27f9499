import { event } from '../define/event.ts';

/**
 * The customer answered a message, or wrote to where messages come from. What they wrote is not among the properties,
 * which are kept for ever: it stands in the event's `context.reply`. `delivery_id`, `journey` and `message` are of the
 * last message that they got there; `opted` when they wrote STOP (`out`) or START (`in`).
 */
export const messageReplied = event<{
  channel: string;
  delivery_id?: string;
  journey?: string;
  message?: string;
  opted?: 'out' | 'in';
}>('Message Replied');
