/** What a reply says of being written to: no more, again, or how that is done. */
export type OptWord = 'stop' | 'start' | 'help';

/** Twilio's own words, as its reference lists them. */
const words: Record<OptWord, readonly string[]> = {
  stop: ['stop', 'stopall', 'unsubscribe', 'cancel', 'end', 'quit', 'revoke', 'optout'],
  start: ['start', 'yes', 'unstop'],
  help: ['help', 'info'],
};

/** The word that a reply consists of; null when it says something else. */
export function optWord(text: string): OptWord | null {
  const said = text.toLowerCase().replaceAll(/[^\p{L}\d]/gu, '');
  return (Object.keys(words) as OptWord[]).find((word) => words[word].includes(said)) ?? null;
}
