import { AppError } from '../../src/errors.ts';

/**
 * The value of a CloudEvents attribute in a header: double quotes undone (older senders quote), then one round of
 * percent-decoding. A `%` that begins no encoded byte stands for itself.
 * @throws AppError `malformed-message` for characters that do not belong into a header, or bytes that are no UTF-8.
 * @see https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md#3132-http-header-values
 */
export function decodeHeaderValue(header: string, value: string): string {
  if (!/^[\x20-\x7e\t]*$/.test(value)) {
    throw new AppError(
      'malformed-message',
      `${header}: has characters beyond printable ASCII; percent-encode them as UTF-8, as CloudEvents has it.`,
    );
  }
  const unquoted = value.replace(/"((?:[^"\\]|\\.)*)"/g, (_, inner: string) => inner.replace(/\\(.)/g, '$1'));
  try {
    return unquoted.replace(/(?:%[0-9a-f]{2})+/gi, decodeURIComponent);
  } catch (cause) {
    throw new AppError('malformed-message', `${header}: what is percent-encoded there is no UTF-8.`, {
      cause,
    });
  }
}
