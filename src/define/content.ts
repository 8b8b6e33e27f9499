import type { MessageType } from './message.ts';

/**
 * What a message says, in LiquidJS templates. Each sees the message's data, its `customer` (traits by name), the name
 * of their `persona`, and what the ledger adds. HTML is escaped by default.
 */
export interface Content<Data> {
  readonly message: MessageType<Data>;
  readonly email?: { subject: string; html: string; text: string };
  readonly sms?: { text: string };
}

export function content<Data>(
  message: MessageType<Data>,
  templates: Omit<Content<Data>, 'message'>,
): Content<Data> {
  return { message, ...templates };
}
