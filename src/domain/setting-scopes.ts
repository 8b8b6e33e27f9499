/** Where the settings of the whole shop are kept: caps, holdout. */
export const shopScope = 'shop';

/** Where it is kept that all sending is paused. */
export const sendingScope = 'sending';

/** Where a journey's settings are kept, and that it is paused. */
export function journeyScope(name: string): string {
  return `journey:${name}`;
}
