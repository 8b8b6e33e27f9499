/**
 * The beginning of a text, at most `length` UTF-16 units, never ending in half a character: PostgreSQL refuses such a
 * text, and with it everything that is written beside it.
 */
export function cutText(text: string, length: number): string {
  const cut = text.slice(0, length);
  return /[\ud800-\udbff]$/.test(cut) ? cut.slice(0, -1) : cut;
}
