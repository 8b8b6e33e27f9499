import type { Channel } from '../domain/task-queues.ts';

/** A message that the sandbox took, as its file keeps it and its inbox tells it. The order of the fields is the file's. */
export interface InboxMessage {
  /** Of an SMS, Twilio's sid; of an e-mail, SendGrid's id of the request and the place of the recipient in it. */
  id: string;
  channel: Channel;
  to: string;
  from: string;
  subject: string | null;
  html: string | null;
  text: string | null;
  headers: Record<string, string>;
  deliveryId: string | null;
  /** ISO 8601, Kairos's time. */
  at: string;
}

/** Its line in the file: the head comes first, so that the index is rebuilt without parsing what messages say. */
export function lineOf(message: InboxMessage): Buffer {
  const { id, channel, to, from, subject, html, text, headers, deliveryId, at } = message;
  const fields = { id, channel, to, from, subject, html, text, headers, deliveryId, at };
  return Buffer.from(`${JSON.stringify(fields)}\n`);
}

/** What the index knows a message by. */
export interface MessageHead {
  channel: Channel;
  to: string;
}

/** The head of a line. @throws SyntaxError if it is no line of ours. */
export function headOf(line: Buffer): MessageHead {
  // A quote within a value is escaped, so the first of these ends the head.
  const end = line.indexOf(',"from":');
  if (end < 0) throw new SyntaxError('The line has no head.');
  const { channel, to } = JSON.parse(`${line.toString('utf8', 0, end)}}`) as MessageHead;
  return { channel, to };
}

/** Addresses are compared without regard to case. */
export function sameAddress(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
