import { z } from 'zod';
import type { Field, UniversalEventType } from '../../src/define/universal-event.ts';
import { bounds } from '../../src/domain/bounds.ts';
import { textField } from '../text-field.ts';

/** The schema of the data of a kind of universal event that a watch declares. What it does not name is not kept. */
export function declaredSchema({ type, data }: UniversalEventType): z.ZodType<Record<string, unknown>> {
  const shape = Object.fromEntries(Object.entries(data).map(([name, of]) => [name, fieldSchema(of)]));
  return z.object(shape, `expected an object with the data of a ${type}`);
}

function fieldSchema(of: Field): z.ZodType {
  if (typeof of !== 'string') return z.enum(of as [string, ...string[]], `expected one of ${of.join(', ')}`);
  const schema = kindSchema(of.replace('?', ''));
  if (!of.endsWith('?')) return schema;
  return schema.nullish().transform((given) => given ?? null);
}

function kindSchema(kind: string): z.ZodType {
  switch (kind) {
    case 'number':
      return z.number('expected a number');
    case 'boolean':
      return z.boolean('expected true or false');
    case 'day':
      return z.iso.date('expected a day, such as "2026-05-01"');
    case 'texts':
      return z
        .array(textField('a text', bounds.nameLength), 'expected a list of texts')
        .max(bounds.momentNames, `expected ${bounds.momentNames} at most`);
    default:
      return textField('a text', bounds.nameLength);
  }
}
