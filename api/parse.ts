import type { z } from 'zod';
import { AppError, type ErrorCode } from '../src/errors.ts';
import { sayIssues } from '../src/issues.ts';

/** What a schema makes of something that came in. @throws AppError that names each wrong place, up to three. */
export function parse<Output>(schema: z.ZodType<Output>, value: unknown, code: ErrorCode): Output {
  const parsed = schema.safeParse(value, { reportInput: true });
  if (parsed.success) return parsed.data;
  throw new AppError(code, sayIssues(parsed.error));
}
