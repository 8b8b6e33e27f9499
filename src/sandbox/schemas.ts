import { z } from 'zod';
import { channels, traitChannels } from '../domain/task-queues.ts';
import { sandboxBounds } from './bounds.ts';
import { fates } from './fates.ts';
import { faultKinds } from './faults.ts';

const limitError = `expected a whole number from 1 to ${sandboxBounds.pageItems}`;

/** What may be asked of the inbox. */
export const messagesQuery = z.object({
  to: z.string().optional(),
  channel: z.enum(channels).optional(),
  limit: z.coerce
    .number(limitError)
    .int(limitError)
    .min(1, limitError)
    .max(sandboxBounds.pageItems, limitError)
    .default(sandboxBounds.pageItemsByDefault),
});

/** A fault that is ordered; 0 times takes back all that wait on the channel. */
export const faultOrder = z.strictObject({
  channel: z.enum(channels),
  fault: z.enum([...faultKinds, ...fates]),
  times: z.int().min(0).max(sandboxBounds.faultTimes).default(1),
});

const words = z.string().max(sandboxBounds.replyLength);

/** What somebody writes back. */
export const replySchema = z
  .strictObject({
    channel: z.enum(traitChannels).optional().describe('By the addresses unless told.'),
    from: z.string().min(1).max(320),
    to: z.string().min(1).max(320),
    text: words.optional(),
    body: words.optional().describe('The same as `text`.'),
    subject: z.string().max(998).optional(),
  })
  .refine(({ text, body }) => (text === undefined) !== (body === undefined), { error: 'give text, or body' });
