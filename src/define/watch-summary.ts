import type { Competing } from './competing.ts';
import { shortened } from './shortened.ts';
import { sayWhere } from './say-test.ts';
import { isShelfWave, type Crossing, type WatchDefinition } from './watch.ts';

/** The watch in one line; of a workflow with what that one watches, as it may stand in Temporal. */
export function watchSummary(watch: WatchDefinition, subject: string | null): string {
  const wakes = Object.entries(watch.wakes).map(([name, crossing]) => `${words(crossing)} (${name})`);
  const { wave } = watch;
  const parts = [
    subject === null ? `watches each ${watch.subject}` : `watches ${watch.subject} ${subject}`,
    `wakes when ${wakes.join(' or ')}`,
    `serves ${watch.waiting?.name ?? watch.audience?.name}, ${many(wave)}, every ${wave.every}`,
    ...(watch.again === null ? [] : [`tells nobody again within ${watch.again}`]),
    ...(watch.lasts === undefined ? [] : [`nobody waits longer than ${watch.lasts}`]),
    ...(watch.competing ? [competingWords(watch.competing)] : []),
    ...(watch.holdout > 0 ? [`holds out ${Number((watch.holdout * 100).toFixed(1))} %`] : []),
  ];
  return shortened(`${watch.name}: ${parts.join('; ')}`);
}

function competingWords({ combine, choose, within }: Competing): string {
  const what = choose ? `of several tells the ${choose} first` : `tells of up to ${combine} in one message`;
  return within === undefined ? what : `${what}, for whose sake it waits ${within}`;
}

function many(wave: WatchDefinition['wave']): string {
  if (isShelfWave(wave)) return `${wave.perUnit} a unit`;
  const bound = wave.perUnit === undefined ? '' : ` and ${wave.perUnit} a unit`;
  return `${wave.customers}${bound} at a time`;
}

function words(crossing: Crossing): string {
  if (crossing.of === 'price') return 'its price falls';
  if (crossing.of === 'event') return `${crossing.event.type} comes${sayWhere(crossing.where)}`;
  const { of, direction, level } = crossing;
  if (level === 0) return direction === 'falls' ? `${of} falls to none` : `${of} comes back`;
  return direction === 'falls' ? `${of} falls to ${level} or fewer` : `${of} rises above ${level}`;
}
