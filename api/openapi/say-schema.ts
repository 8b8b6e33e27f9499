interface ParameterSchema {
  type?: string;
  enum?: unknown[];
  format?: string;
  minimum?: number;
  maximum?: number;
  description?: string;
}

/** What a parameter may be, for people: `integer, 1 to 1,000. 100 when it is not given.` */
export function saySchema(schema: unknown): string {
  const { type = 'any', enum: oneOf, format, minimum, maximum, description } = schema as ParameterSchema;
  const kind = oneOf ? `one of ${oneOf.map(String).join(', ')}` : (format ?? type);
  const hasSpan = minimum !== undefined && maximum !== undefined;
  const span = hasSpan ? `, ${figure(minimum)} to ${figure(maximum)}` : '';
  return `${kind}${span}${description === undefined ? '' : `. ${description}`}`;
}

/** A bound in its unit, which its name ends in: `batchBytes` is `512,000 bytes (500 KB)`, `commitMs` is `8 seconds`. */
export function sayBound(name: string, value: number): string {
  if (name.endsWith('Bytes')) return `${figure(value)} bytes (${figure(value / 1_024)} KB)`;
  if (name.endsWith('Ms')) return `${figure(value / 1_000)} seconds`;
  if (name.endsWith('Hours')) return `${figure(value)} hours`;
  if (name.endsWith('Days')) return `${figure(value)} days`;
  if (name.endsWith('Length')) return `${figure(value)} characters`;
  if (name.endsWith('PerSecond')) return `${figure(value)} a second`;
  return figure(value);
}

const figure = (value: number) => value.toLocaleString('en-US');
