/**
 * That a browser subscribed to push, or no longer is, comes as an `identify` that Kairos's own route makes: so it takes its
 * place in the order of the customer's events, and names a customer who may not be there yet.
 */

/** The `source` of such an event: what comes from outside has none, or one of its own. */
export const pushSource = 'kairos:push';

/** What `context.pushSubscription` of such an event says; `keys` are null where the browser takes no more. */
export interface PushNews {
  endpoint: string;
  keys: { p256dh: string; auth: string } | null;
}

/** What an event says of a browser; null when it is about something else. */
export function pushNewsIn(event: {
  source: string | null;
  body: { context?: Record<string, unknown> };
}): PushNews | null {
  if (event.source !== pushSource) return null;
  return (event.body.context?.['pushSubscription'] as PushNews | undefined) ?? null;
}
