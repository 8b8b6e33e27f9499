/** Words without anything in them that looks like an e-mail address or a telephone number: ledgers and logs keep them. */
export function withoutAddresses(words: string): string {
  return words
    .replaceAll(/[^\s<>"'()[\]{},;:]+@[^\s<>"'()[\]{},;:]+/g, '[address]')
    .replaceAll(/\+\d[\d ().-]{5,}\d/g, '[address]');
}
