import type { Slot } from '../define/slot.ts';
import { hero } from './hero.content.ts';
import { opening } from './opening.content.ts';

/** Every slot that has content. */
export const slots: readonly Slot[] = [hero, opening];
