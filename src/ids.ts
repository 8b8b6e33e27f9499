import { randomFillSync } from 'node:crypto';
import { v7 } from 'uuid';
import type { Clock } from './clock.ts';

/** Random bytes for many ids: to ask for those of each takes longer than all the rest. */
const random = new Uint8Array(16 * 256);
let used = random.length;

let lastMs = -Infinity;
let place = 0;

/** A new uuid v7: those of one process sort in the order in which they were made, also within a millisecond. */
export function newId(clock: Clock): string {
  const now = clock.now().getTime();
  // Begins anywhere in the lower half, so that two processes in one millisecond do not begin alike.
  place = now > lastMs ? Math.floor(Math.random() * 0x7fff_ffff) : place + 1;
  lastMs = Math.max(lastMs, now);
  return v7({ msecs: lastMs, seq: place, random: nextRandom() });
}

/** Never the same twice. */
function nextRandom(): Uint8Array {
  if (used === random.length) {
    randomFillSync(random);
    used = 0;
  }
  used += 16;
  return random.subarray(used - 16, used);
}
