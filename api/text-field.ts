import { z } from 'zod';

const withoutControls = /^[^\u0000-\u001f\u007f-\u009f]*$/;

/** A text of one line, trimmed, of 1 to `maxLength` characters; `what` says what it is the text of. */
export function textField(what: string, maxLength: number) {
  const error = `expected ${what}: a text of 1 to ${maxLength} characters in one line`;
  return z.string(error).trim().min(1, error).max(maxLength, error).regex(withoutControls, error);
}
