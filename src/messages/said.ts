/**
 * What a template says to somebody: words that all have who are told of the same things (for all of them it is the very
 * same list), and between those what is this one's own.
 */
export interface Said {
  /** One more than there are parts of one's own. */
  words: readonly string[];
  own: readonly string[];
}

/** The text. */
export function wholeOf({ words, own }: Said): string {
  return words.reduce((said, word, place) => `${said}${own[place - 1]!}${word}`);
}

/** A mail, by what it has in common with others. */
export interface SaidMail {
  subject: Said;
  html: Said;
  text: Said;
}

const saidOf = new WeakMap<object, SaidMail>();

/** A mail whose text is put together when somebody reads it: of a thousand that go out together nobody does. */
export function mailSaying(said: SaidMail): { subject: string; html: string; text: string } {
  const mail = {
    subject: wholeOf(said.subject),
    get html() {
      return wholeOf(said.html);
    },
    get text() {
      return wholeOf(said.text);
    },
  };
  saidOf.set(mail, said);
  return mail;
}

/** What a mail that was made so has in common with others; null: it was made otherwise. */
export function saidMail(mail: object): SaidMail | null {
  return saidOf.get(mail) ?? null;
}
