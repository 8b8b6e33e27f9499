import type { MessageType } from './message.ts';

/** A mail: its HTML is written in MJML, which becomes what mail programs understand. */
export interface EmailTemplate {
  readonly subject: string;
  readonly mjml: string;
  /** The part for who reads text; made from the HTML where none is given. */
  readonly text?: string;
}

/**
 * What is said on each channel, in LiquidJS templates. Each sees the message's data, its `customer` (traits by name), the
 * name of their `persona`, their `locale` and `zone`, and what the message asks for besides: `segments`, `code`,
 * `recommendations`. HTML is escaped by default. What is not there is an error: the message is withheld.
 */
export interface Templates {
  readonly email?: EmailTemplate;
  readonly sms?: { readonly text: string };
  /** To who wrote within the last 24 hours a text; else a template that WhatsApp has approved, with what stands in its places. */
  readonly whatsapp?:
    | { readonly text: string }
    | { readonly contentSid: string; readonly variables: Readonly<Record<string, string>> };
  /** What the browser or phone shows; `url` opens when it is clicked. */
  readonly push?: { readonly title: string; readonly body: string; readonly url?: string };
  /** What stands on the shop's page, as plain text; `action` names the link to `url`. */
  readonly onsite?: {
    readonly title: string;
    readonly text: string;
    readonly url?: string;
    readonly action?: string;
  };
  /** What is told to another system beside the message's data, by field. */
  readonly webhook?: Readonly<Record<string, string>>;
}

/** What is said, and the same in other languages: `de` for all who speak German, `de-AT` for Austrians alone. */
export interface Wordings extends Templates {
  readonly locales?: Readonly<Record<string, Templates>>;
}

/** Whom and what `npm run preview` and the tests show a message with: everything that its templates can ask for. */
export interface Sample {
  readonly data: Readonly<Record<string, unknown>>;
  /** Traits by name. */
  readonly customer?: Readonly<Record<string, unknown>>;
  readonly persona?: string;
  readonly segments?: readonly string[];
}

/** What a message says. */
export interface Content<Data> extends Wordings {
  readonly message: MessageType<Data>;
  /** The language of what stands here itself: `en-US` if not said. */
  readonly locale?: string;
  /** What each variant says; on a channel of which it says nothing, and a variant that is not here, what stands above. */
  readonly variants?: Readonly<Record<string, Wordings>>;
  readonly sample?: Sample;
}

/** What a message says; add it to `src/messages/index.ts`, where it is checked. */
export function content<Data>(
  message: MessageType<Data>,
  says: Omit<Content<Data>, 'message'>,
): Content<Data> {
  return { message, ...says };
}
