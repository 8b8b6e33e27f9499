import { expect, test } from 'vitest';
import { deviceOf } from '../../src/domain/device.ts';

const agents = {
  iphone:
    'Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 Mobile/15E148 Safari/604.1',
  ipad: 'Mozilla/5.0 (iPad; CPU OS 15_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/15.0 Mobile/15E148 Safari/604.1',
  desk: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36',
};

test.for([
  [{ device: { type: 'ios' }, userAgent: agents.desk }, 'mobile'],
  [{ device: { type: 'Tablet' } }, 'tablet'],
  [{ device: { type: 'toaster' }, userAgentData: { mobile: true }, userAgent: agents.desk }, 'mobile'],
  [{ userAgentData: { mobile: false }, userAgent: agents.iphone }, 'desktop'],
  [{ userAgent: agents.iphone }, 'mobile'],
  [{ userAgent: agents.ipad }, 'tablet'],
  [{ userAgent: agents.desk }, 'desktop'],
  [{ userAgent: 'analytics-node/3.1.0' }, null],
  [{ userAgent: '', device: null, userAgentData: 'x' }, null],
  [{ device: { type: 'constructor' } }, null],
  [{ device: { type: '__proto__' } }, null],
  [undefined, null],
] as const)('%o came from %s', ([context, device]) => {
  expect(deviceOf(context as Record<string, unknown> | undefined)).toBe(device);
});
