import { topicPattern } from '../domain/consent.ts';
import { isLocalTime } from '../domain/date-rule.ts';
import type { BestTime } from '../domain/quiet-hours.ts';
import { problemsOfSpan, shown } from './check-field.ts';
import { productConditions } from '../domain/about.ts';
import { isCondition } from './relevant.ts';
import type { MessageType } from './message.ts';

const highestPriority = 100;

function isBestTime({ from, to }: BestTime): boolean {
  return isLocalTime(from) && isLocalTime(to) && from !== to;
}

/** What is wrong with a message's declaration, one sentence for each mistake: the field, what came, what was expected. */
export function problemsOfMessage(message: MessageType<never>): string[] {
  const { topic, priority, overCap, bestTime, expires } = message;
  return [
    ...problemsOfSendsTo(message),
    ...problemsOfAbout(message.about),
    ...(message.while ?? []).flatMap((one, n) => problemsOfWhile(`while[${n}]`, one)),
    ...(topic === undefined || topicPattern.test(topic)
      ? []
      : [
          `topic: ${shown(topic)} came; expected 1 to 64 letters, digits, ".", "_" or "-", such as "new-arrivals".`,
        ]),
    ...(priority === undefined || (priority >= 0 && priority <= highestPriority)
      ? []
      : [`priority: ${shown(priority)} came; expected a number from 0 to ${highestPriority}.`]),
    ...(overCap === undefined || overCap === 'drop'
      ? []
      : problemsOfSpan('overCap.deferFor', overCap.deferFor)),
    ...(bestTime === undefined || isBestTime(bestTime)
      ? []
      : [
          `bestTime: ${shown(bestTime)} came; expected two different times of the customer's day, such as { from: '17:00', to: '20:00' }.`,
        ]),
    ...(expires === undefined ? [] : problemsOfSpan('expires', expires)),
    ...problemsOfResend(message),
  ];
}

function problemsOfSendsTo({ sendsTo, channels }: MessageType<never>): string[] {
  if (sendsTo === undefined || sendsTo === 'first') return [];
  if (sendsTo !== 'all') return [`sendsTo: ${shown(sendsTo)} came; expected 'first' or 'all'.`];
  return new Set(channels).size > 1
    ? []
    : [`sendsTo: 'all' came with the one channel ${channels[0]}; expected two channels or more.`];
}

function problemsOfResend({ resendsUnknown, purpose }: MessageType<never>): string[] {
  if (resendsUnknown === undefined) return [];
  if (purpose === 'transactional') return problemsOfSpan('resendsUnknown', resendsUnknown);
  return [
    `resendsUnknown: the purpose is ${shown(purpose)}; only what is owed, a transactional message, may come twice.`,
  ];
}

function problemsOfAbout(about: MessageType<never>['about']): string[] {
  if (about === undefined || about === 'items') return [];
  const isSaid =
    typeof about === 'object' &&
    Object.entries(about).length === 1 &&
    Object.entries(about).every(([name, value]) =>
      name === 'of'
        ? typeof value === 'function'
        : ['sku', 'category', 'topic'].includes(name) && typeof value === 'string' && value !== '',
    );
  if (isSaid) return [];
  return [
    `about: ${shown(about)} came; expected 'items', { sku }, { category }, { topic }, or { of: (data) => one of them }.`,
  ];
}

function problemsOfWhile(field: string, one: NonNullable<MessageType<never>['while']>[number]): string[] {
  // Predicates are looked at by `checkMessages`: what knows them whole is too much for a workflow to import.
  if (typeof one !== 'string' || isCondition(one)) return [];
  return [`${field}: ${shown(one)} came; expected ${productConditions.join(', ')}, or a predicate.`];
}
