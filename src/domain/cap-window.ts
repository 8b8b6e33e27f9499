import type { Span } from './span.ts';

/** From midnight to midnight where the customer is. */
export const calendarDay = 'calendar day';

/** What a cap looks back over: so long from now, or the customer's calendar day. */
export type CapWindow = Span | typeof calendarDay;

/** So many sends to one customer within a window. */
export interface Cap {
  readonly sends: number;
  readonly within: CapWindow;
}
