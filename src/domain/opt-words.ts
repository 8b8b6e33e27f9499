import { startPhrases, stopPhrases } from './opt-phrases.ts';

/** What somebody's message says about getting messages. */
export type OptWord = 'stop' | 'start' | 'help';

/**
 * Words that are the whole message. The English ones are those that Twilio itself obeys, where it blocks the number:
 * who sent one must not be counted as reached. https://help.twilio.com/articles/223134027
 */
const words: Record<OptWord, ReadonlySet<string>> = {
  stop: new Set(
    'stop stopall unsubscribe cancel end quit revoke optout arret sotp stpo stoppall ende kundigen abmelden abbestellen alto parar para pare baja basta cancelar 🛑'.split(
      ' ',
    ),
  ),
  start: new Set(['start', 'unstop', 'yes', 'subscribe', 'resubscribe', 'anmelden', 'iniciar', 'empezar']),
  help: new Set(['help', 'info', 'hilfe', 'ayuda']),
};

/** What is said beside: it changes nothing, wherever it stands. */
const courtesy =
  /\b(?:please|pls|plz|plez|kindly|thanks|thank you|thx|ty|ok|okay|bitte|danke|dankeschon|por favor|porfavor|gracias|hola|hallo|guten tag|just|immediately|asap|right now|fucking|fuckin|damn|bloody|god|omg|dude|sir|madam|guys)\b/g;

/** In front of what is asked for there may be anything: "this is Ada please stop". */
const asking = /\b(?:please|pls|plz|bitte|por favor|porfavor)\b/;

/** Only the first of a letter: who wants no more says it in the beginning. */
const longest = 1_600;

/**
 * What a reply says about getting messages, as a word ("STOP", "Stopp!!", "s t o p") or in a sentence ("please stop
 * texting me"), in English, German or Spanish; null: it says nothing of it, also when it only contains the word ("the
 * bus stop", "do not stop"). Give it what was written, without what was quoted of the message that it answers.
 */
export function optWord(text: string): OptWord | null {
  const said = plainly(withoutQuotes(text.slice(0, longest)));
  const alone = joined(said.replace(/[^\p{L}\p{N}🛑]+/gu, ' ').trim());
  if (alone === 'yes') return 'start';
  const clauses = said.split(/[.!?;:,\n()…¡¿–—]+/).flatMap(candidates);
  const found = [alone.replace(courtesy, ' ').replace(/\s+/g, ' ').trim(), ...clauses];
  if (found.some(saysStop)) return 'stop';
  if (found.some(saysStart)) return 'start';
  return words.help.has(found[0]!) ? 'help' : null;
}

function saysStop(clause: string): boolean {
  return isWord(clause, words.stop) || stopPhrases.some((phrase) => phrase.test(clause));
}

function saysStart(clause: string): boolean {
  return (
    (clause !== 'yes' && isWord(clause, words.start)) || startPhrases.some((phrase) => phrase.test(clause))
  );
}

/** `stop`, and `stop stop stop`. */
function isWord(clause: string, known: ReadonlySet<string>): boolean {
  return clause !== '' && clause.split(' ').every((word) => known.has(word));
}

/** A clause without courtesies, and the parts of it that are asked for. */
function candidates(clause: string): string[] {
  const spaced = clause.replace(/[^\p{L}\p{N}🛑]+/gu, ' ');
  return [spaced, ...spaced.split(asking).slice(1)]
    .map((part) => part.replace(courtesy, ' ').replace(/\s+/g, ' ').trim())
    .filter((part) => part !== '');
}

/** In small letters, without accents, however it was typed. */
function plainly(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replaceAll('ß', 'ss')
    .replace(/[’'`´]/g, '')
    .replace(/(\p{L})\1{2,}/gu, '$1');
}

/** Whoever likes a message sends it back in quotation marks, with the "STOP to opt out" in it. */
function withoutQuotes(text: string): string {
  const rest = text.replace(/[“„"«][^“”„"«»]*(?:[”“"»]|$)/g, ' ');
  return /\p{L}/u.test(rest) ? rest : text;
}

/** `s t o p` and `s.t.o.p` are a word. */
function joined(text: string): string {
  return /^(?:\p{L} ){2,}\p{L}$/u.test(text) ? text.replaceAll(' ', '') : text;
}
