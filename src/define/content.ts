import type { MessageType } from './message.ts';

/**
 * What a message says, in LiquidJS templates. Each sees the message's data, its `customer` (traits by name), the name
 * of their `persona`, and what the ledger adds. HTML is escaped by default.
 */
export interface Content<Data> {
  readonly message: MessageType<Data>;
  readonly email?: { subject: string; html: string; text: string };
  readonly sms?: { text: string };
  /** To who wrote within the last 24 hours a text; else a template that WhatsApp has approved, with what stands in its places. */
  readonly whatsapp?: { text: string } | { contentSid: string; variables: Readonly<Record<string, string>> };
  /** What the browser or phone shows; `url` opens when it is clicked. */
  readonly push?: { title: string; body: string; url?: string };
  /** What stands on the shop's page, as plain text; `action` names the link to `url`. */
  readonly onsite?: { title: string; text: string; url?: string; action?: string };
  /** What is told to another system beside the message's data, by field. */
  readonly webhook?: Readonly<Record<string, string>>;
}

export function content<Data>(
  message: MessageType<Data>,
  templates: Omit<Content<Data>, 'message'>,
): Content<Data> {
  return { message, ...templates };
}
