/** Lines without the space around them, and without those that have nothing else. */
export function withoutIndents(text: string): string {
  return linesOf(text)
    .filter((line) => line !== '')
    .join('\n');
}

/** At most one empty line in a row, none around, no space at the end of a line: what a template leaves out must not leave a hole. */
export function withoutGaps(text: string): string {
  return text
    .replaceAll(/[ \t]+$/gm, '')
    .replaceAll(/\n{3,}/g, '\n\n')
    .trim();
}

/** Without line ends and other control characters, which would break a header or a list. */
export function onOneLine(text: string): string {
  return text.replaceAll(/[\s\p{Cc}\u2028\u2029]+/gu, ' ').trim();
}

/** The lines of a text, without the space around each. */
export function linesOf(text: string): string[] {
  return text.split('\n').map((line) => line.trim());
}
