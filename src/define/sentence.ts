import type {
  About,
  DidPredicate,
  OrderedPredicate,
  Predicate,
  Times,
  TraitPredicate,
  Window,
} from './predicate-data.ts';
import { sayDays, sayNumber, sayOr, sayWhere } from './say-test.ts';

/**
 * A predicate as an operator reads it, without a subject: "has done Order Completed at least 3 times in the last 90 days,
 * and has not consented to email".
 */
export function sentence(predicate: Predicate): string {
  return say(predicate, { isNot: false, isInner: false });
}

interface Manner {
  /** What is said is the contrary. */
  isNot: boolean;
  /** It stands within a list of others. */
  isInner: boolean;
}

function say(predicate: Predicate, manner: Manner): string {
  const { isNot } = manner;
  const not = isNot ? ' not' : '';
  switch (predicate.kind) {
    case 'all':
    case 'any':
      // Neither this nor that is said as not this, and not that.
      return sayList(predicate.of, (predicate.kind === 'all') === isNot ? 'or' : 'and', manner);
    case 'not':
      return say(predicate.of, { ...manner, isNot: !isNot });
    case 'segment':
      return `is${not} in ${predicate.name}`;
    case 'persona':
      return `is${not} of the persona ${predicate.name}`;
    case 'trait':
      return sayTrait(predicate, not);
    case 'did':
      return sayDid(predicate, not);
    case 'ordered':
      return sayOrdered(predicate, not);
    case 'consent': {
      const topic = predicate.topic === '' ? '' : ` on ${predicate.topic}`;
      const verb = predicate.state === 'granted' ? 'consented to' : 'refused';
      return `has${not} ${verb} ${predicate.channel}${topic}`;
    }
    case 'reachable':
      return `has ${isNot ? 'no' : 'an'} address for ${predicate.channel}`;
  }
}

function sayList(of: readonly Predicate[], word: 'and' | 'or', { isNot, isInner }: Manner): string {
  if (of.length === 0) return word === 'and' ? 'is anybody' : 'is nobody';
  if (of.length === 1) return say(of[0]!, { isNot, isInner });
  const parts = of.map((one) => say(one, { isNot, isInner: true }));
  const list = `${parts.slice(0, -1).join(', ')}, ${word} ${parts.at(-1)}`;
  return isInner ? `(${list})` : list;
}

function sayTrait({ trait, origin, test }: TraitPredicate, not: string): string {
  const name = origin === null ? trait : `${origin} ${trait}`;
  switch (test.is) {
    case 'known':
      return `${name} is${not} known`;
    case 'one-of':
      return `${name} is${not} ${sayOr(test.among)}`;
    case 'has':
      return `${name} ${not === '' ? 'include' : 'do not include'} ${sayOr([test.value])}`;
    case 'day':
      return test.yearly
        ? `${name} has ${not === '' ? 'an' : 'no'} anniversary ${sayDays(test)}`
        : `${name} is${not} ${sayDays(test)}`;
    case 'date':
      return `${name} is${not} ${test.from === null ? `before ${test.before}` : `on ${test.from} or later`}`;
    default:
      return `${name} is${not} ${sayNumber(test)}`;
  }
}

function sayDid(leaf: DidPredicate, not: string): string {
  const done = leaf.about ? `shown interest in ${sayAbout(leaf.about)}` : `done ${leaf.events.join(' or ')}`;
  const sum = leaf.sum ? ` with ${leaf.sum.property} of ${sayNumber(leaf.sum.test)} in all` : '';
  const which = { any: sayTimes(leaf.times), first: ' for the first time', last: ' for the last time' };
  return `has${not} ${done}${sayWhere(leaf.where)}${sum}${which[leaf.which]}${sayFollow(leaf)}${sayWindow(leaf.window)}${
    leaf.about?.kind === 'topic' ? (not === '' ? ', or states it' : ', and does not state it') : ''
  }`;
}

function sayFollow({ follow }: DidPredicate): string {
  if (follow === null) return '';
  const within = follow.within === null ? '' : ` within ${follow.within}`;
  return `${follow.did ? '' : ' not'} followed by ${follow.events.join(' or ')}${sayWhere(follow.where)}${within}`;
}

function sayAbout(about: About | { kind: 'topic'; topic: string }): string {
  switch (about.kind) {
    case 'product':
      return `the product ${about.sku}`;
    case 'category':
      return `the category ${about.category}`;
    case 'topic':
      return `the topic ${about.topic}`;
  }
}

function sayOrdered(leaf: OrderedPredicate, not: string): string {
  const { state, reduced, about, spent, which, times } = leaf;
  const when = sayWindow(leaf.window);
  if (spent) return `has${not} spent ${sayNumber(spent.test)} ${spent.currency}${when}`;
  if (which !== 'any') return `has${not} placed the ${which} order${when}`;
  if (about) return `has${not} bought ${aboutBought(about)}${sayTimes(times)}${when}`;
  const isOne = times.atLeast === 1 && times.atMost === null;
  const many =
    (isOne
      ? 'an order'
      : `${sayCount(times)} ${(times.atMost ?? times.atLeast) === 1 ? 'order' : 'orders'}`) +
    (reduced ? ' with a coupon or a discount' : '');
  switch (state) {
    case 'placed':
      return `has${not} placed ${many}${when}`;
    case 'open':
      return `${not === '' ? 'has' : 'does not have'} ${many} still to be delivered${when === '' ? '' : `, placed${when}`}`;
    case 'shipped':
    case 'delivered':
      return `has${not} had ${many} ${state}${when}`;
  }
}

const aboutBought = (about: About): string =>
  about.kind === 'product' ? sayAbout(about) : `something of the category ${about.category}`;

function sayTimes(times: Times): string {
  if (times.atLeast === 1 && times.atMost === null) return '';
  return ` ${sayCount(times)} ${(times.atMost ?? times.atLeast) === 1 ? 'time' : 'times'}`;
}

function sayCount({ atLeast, atMost }: Times): string {
  if (atMost === null) return `at least ${atLeast}`;
  if (atLeast === atMost) return `exactly ${atLeast}`;
  return atLeast === 0 ? `at most ${atMost}` : `${atLeast} to ${atMost}`;
}

function sayWindow({ within, longerAgoThan, since, until }: Window): string {
  const parts = [
    within !== null && longerAgoThan === null ? `in the last ${within}` : '',
    within === null && longerAgoThan !== null ? `at least ${longerAgoThan} ago` : '',
    within !== null && longerAgoThan !== null ? `between ${within} and ${longerAgoThan} ago` : '',
    since === null ? '' : `since ${since}`,
    until === null ? '' : `before ${until}`,
  ];
  return parts
    .filter((part) => part !== '')
    .map((part) => ` ${part}`)
    .join('');
}
