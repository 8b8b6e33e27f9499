import { z } from 'zod';
import { sayValue } from './domain/say-value.ts';

/** An object with these names and no others: what it does not know it refuses, with the names that came and that there are. */
export function onlyNamed<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  const names = Object.keys(shape).join(', ');
  return z.strictObject(shape, {
    error: (issue) => {
      if (issue.code !== 'unrecognized_keys') return undefined;
      const came = issue.keys.slice(0, 3).map(sayValue).join(', ');
      return `${came} is not known here; expected ${names === '' ? 'no names: there is nothing to set' : `only ${names}`}`;
    },
  });
}
