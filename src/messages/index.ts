import { checkMessages } from '../define/check-messages.ts';
import type { Content } from '../define/content.ts';
import type { MessageType } from '../define/message.ts';
import { backOnShelfContent } from './back-on-shelf.content.ts';
import { backOnShelf } from './back-on-shelf.ts';
import { birthdayWishesContent } from './birthday-wishes.content.ts';
import { birthdayWishes } from './birthday-wishes.ts';
import { cartNudgeContent } from './cart-nudge.content.ts';
import { cartNudge } from './cart-nudge.ts';
import { cartOfferContent } from './cart-offer.content.ts';
import { cartOffer } from './cart-offer.ts';
import { coldAheadContent } from './cold-ahead.content.ts';
import { coldAhead } from './cold-ahead.ts';
import { momentNoteContent } from './moment-note.content.ts';
import { momentNote } from './moment-note.ts';
import { cheaperNowContent } from './cheaper-now.content.ts';
import { cheaperNow } from './cheaper-now.ts';

/** Every message. Workflows do not come here: they import the messages they send, which bring no templates along. */
export const messages: readonly MessageType<unknown>[] = [
  cartNudge,
  cartOffer,
  backOnShelf,
  birthdayWishes,
  coldAhead,
  momentNote,
  cheaperNow,
];
checkMessages(messages);

/** What each message says. */
export const contents: readonly Content<unknown>[] = [
  cartNudgeContent,
  cartOfferContent,
  backOnShelfContent,
  birthdayWishesContent,
  coldAheadContent,
  momentNoteContent,
  cheaperNowContent,
];

/** The message of this name, if there is one. */
export function messageNamed(name: string): MessageType<unknown> | undefined {
  return messages.find((message) => message.name === name);
}

/** What the message of this name says, if anything. */
export function contentOf(name: string): Content<unknown> | undefined {
  return contents.find(({ message }) => message.name === name);
}
