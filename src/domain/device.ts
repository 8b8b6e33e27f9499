import Bowser from 'bowser';
import type { FirstEvent } from './run-input.ts';

type Device = FirstEvent['device'];

/** A map, because what a client calls its device may be `constructor`. */
const byType = new Map<string, Device>([
  ['ios', 'mobile'],
  ['android', 'mobile'],
  ['mobile', 'mobile'],
  ['phone', 'mobile'],
  ['smartphone', 'mobile'],
  ['tablet', 'tablet'],
  ['desktop', 'desktop'],
]);

/**
 * What kind of device an event came from: `context.device.type`, else `context.userAgentData.mobile`, else the user
 * agent. Null when none of them tells.
 */
export function deviceOf(context: Record<string, unknown> | undefined): Device {
  const type = record(context?.['device'])?.['type'];
  const byName = typeof type === 'string' ? byType.get(type.toLowerCase()) : undefined;
  if (byName) return byName;
  const mobile = record(context?.['userAgentData'])?.['mobile'];
  if (typeof mobile === 'boolean') return mobile ? 'mobile' : 'desktop';
  const agent = context?.['userAgent'];
  if (typeof agent !== 'string' || agent === '') return null;
  const platform = Bowser.parse(agent).platform.type;
  return (platform && byType.get(platform)) || null;
}

function record(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
}
