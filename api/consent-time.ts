import { z } from 'zod';
import { clientTimeMs } from '../src/domain/client-time.ts';
import { sayExpected } from '../src/domain/say-value.ts';

/**
 * When a consent was given, if that was before now. What cannot be read is refused: taken for now, it would stand before
 * whatever was said since.
 */
export const consentTime = z
  .unknown()
  .optional()
  .refine(isTime, { error: sayExpected('expected a time after 1970, such as "2026-05-01T12:00:00Z"') });

function isTime(at: unknown): boolean {
  return at == null || (clientTimeMs(at) ?? -1) >= 0;
}
