/** What people write back: what of it is new, whether a machine wrote it, and whether it asks for help. */

/** Where in a mail the part begins that was not written now: what is answered to, or a signature. */
const oldBegins = [
  /^>/,
  /^-- ?$/,
  /^-{2,} ?(original message|forwarded message|ursprüngliche nachricht|message d'origine)/i,
  /^_{10,}$/,
  /^(on|am|le|el)\s(?=.*[\d@]).{4,200}\s(wrote|schrieb.{0,100}|a écrit|escribió)\s?:$/i,
  /^(from|von|de): .*@/i,
];

/** The first lines of a reply, up to what it answers to: that may well have "unsubscribe" in it. */
export function newText(text: string): string {
  const lines = text.replaceAll('\r\n', '\n').split('\n');
  const end = lines.findIndex((line, place) => {
    const said = line.trim();
    // Mail programs break the line that says who wrote, so it is looked at with the next.
    const broken = `${said} ${lines[place + 1]?.trim() ?? ''}`;
    return oldBegins.some((begins) => begins.test(said)) || oldBegins[4]!.test(broken);
  });
  return (end < 0 ? lines : lines.slice(0, end)).join('\n').trim();
}

/** Whether a mail with these headers was written by a machine (RFC 3834): somebody is away, or a list sends copies. */
export function isAutomatic(headers: string): boolean {
  return (
    /^auto-submitted:\s*(?!no\b)\S/im.test(headers) ||
    /^(x-autoreply|x-autorespond|x-auto-response-suppress: *all)\b/im.test(headers) ||
    /^precedence:\s*(bulk|junk|list|auto_reply)/im.test(headers)
  );
}

/** What nobody writes who is content. */
const troubles = [
  'help',
  'support',
  'problems?',
  'issues?',
  'broken',
  'damaged',
  'defective',
  'faulty',
  'missing',
  'refund',
  'complain(?:t|ing)?',
  'agent',
  'human',
  "(?:does|do|did|is|has|have)(?: not|n['’]?t) (?:work|working|arrived?|come)",
  'never (?:came|arrived)',
  'wrong (?:item|size|colou?r|order|product|address)',
  'call me',
];
const trouble = new RegExp(`\\b(?:${troubles.join('|')})\\b`, 'i');

/**
 * Whether somebody who wrote this should hear from a person before they are offered anything. The rule is plain: a
 * question mark, or one of a few English words and phrases. It rather takes one too many: what it costs is an offer.
 */
export function asksForHelp(text: string): boolean {
  return /[?？؟]/.test(text) || trouble.test(text);
}
