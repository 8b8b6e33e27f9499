import { z } from 'zod';

const withoutControls = /^[^\u0000-\u001f\u007f-\u009f]*$/;

/** A text of one line, trimmed, of 1 to `maxLength` characters; `what` says what it is the text of. */
export function textField(what: string, maxLength: number) {
  const error = `expected ${what}: a text of 1 to ${maxLength} characters in one line`;
  return z.string(error).trim().min(1, error).max(maxLength, error).regex(withoutControls, error);
}

/** Null for a blank text, else the value itself: what may be absent is often written blank. */
export function blankAsNull(value: unknown): unknown {
  return typeof value === 'string' && value.trim() === '' ? null : value;
}

/** Such a text, or none: null and blank stand for absent. */
export function optionalTextField(what: string, maxLength: number) {
  return z.preprocess(blankAsNull, textField(what, maxLength).nullish());
}
