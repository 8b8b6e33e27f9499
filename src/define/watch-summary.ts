import { shortened } from './shortened.ts';
import type { Crossing, WatchDefinition } from './watch.ts';

/** The watch in one line; of a workflow with what that one watches, as it may stand in Temporal. */
export function watchSummary(watch: WatchDefinition, subject: string | null): string {
  const wakes = Object.entries(watch.wakes).map(([name, crossing]) => `${words(crossing)} (${name})`);
  const parts = [
    subject === null ? `watches each ${watch.subject}` : `watches ${watch.subject} ${subject}`,
    `wakes when ${wakes.join(' or ')}`,
    `serves ${watch.waiting.name}, ${watch.wave.perUnit} a unit, every ${watch.wave.every}`,
    ...(watch.holdout > 0 ? [`holds out ${Number((watch.holdout * 100).toFixed(1))} %`] : []),
  ];
  return shortened(`${watch.name}: ${parts.join('; ')}`);
}

function words({ of, direction, level }: Crossing): string {
  if (level === 0) return direction === 'falls' ? `${of} falls to none` : `${of} comes back`;
  return direction === 'falls' ? `${of} falls to ${level} or fewer` : `${of} rises above ${level}`;
}
