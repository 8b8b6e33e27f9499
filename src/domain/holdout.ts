import { createHmac } from 'node:crypto';
import type { Arm } from './delivery.ts';

/**
 * Keys every arm key. A constant, not the home's secret: a replay into an empty home must draw the same arms.
 * It keeps the ids that a shop chooses (an address, at times) out of the column; it guards no secret.
 */
const armKeyDomain = 'kairos arm key 1';

/** What the holdout hashes for a customer whose first event came under this id: 64 hexadecimal digits. */
export function armKeyOf(externalId: string): string {
  return createHmac('sha256', armKeyDomain).update(externalId).digest('hex');
}

/** The share of customers that one experiment holds out, with the salt that makes its draw its own. */
export interface Holdout {
  readonly salt: string;
  /** 0 to 1. */
  readonly share: number;
}

/** A journey's or watch's holdout. A changed share is a new experiment: other customers are drawn. */
export function holdoutOf(name: string, share: number): Holdout {
  return { salt: `journey:${name}:${share}`, share };
}

/** The shop-wide holdout, drawn before any journey's and left out of both its arms. */
export function globalHoldoutOf(share: number): Holdout {
  return { salt: `global:${share}`, share };
}

/** Where a salt puts a customer: uniform in [0, 1), the first 52 bits of HMAC-SHA-256 over the arm key. */
export function drawOf(salt: string, armKey: string): number {
  const digest = createHmac('sha256', salt).update(armKey).digest('hex');
  return parseInt(digest.slice(0, 13), 16) / 2 ** 52;
}

/** The arm of a customer: the same at every would-send, for nothing goes in but the key and the experiments. */
export function armOf(armKey: string, global: Holdout, own: Holdout): Arm {
  if (isHeldOut(global, armKey)) return 'global-held-out';
  return isHeldOut(own, armKey) ? 'held-out' : 'treated';
}

/** Of no share nobody: nothing need be drawn. */
function isHeldOut({ salt, share }: Holdout, armKey: string): boolean {
  return share > 0 && drawOf(salt, armKey) < share;
}
