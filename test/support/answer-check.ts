import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import type { Document } from '../../api/openapi/document.ts';

/** What a request was answered with. */
export interface CheckedAnswer {
  method: string;
  path: string;
  status: number;
  contentType: string;
  body: unknown;
}

/** Throws when `/openapi.json` does not describe an answer: its status, its media type, or its body. */
export type AnswerCheck = (answer: CheckedAnswer) => void;

/** Holds answers against a description; paths and methods that it does not have are not its business. */
export function answerCheck(document: Document): AnswerCheck {
  const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
  ajv.addSchema({ $id: 'openapi', ...document });
  const validators = new Map<string, ValidateFunction>();
  const validatorOf = (pointer: string) => {
    const found = validators.get(pointer) ?? ajv.compile({ $ref: `openapi#${pointer}` });
    validators.set(pointer, found);
    return found;
  };
  return ({ method, path, status, contentType, body }) => {
    const template = templateOf(Object.keys(document.paths), path);
    const operation = template && document.paths[template]![method.toLowerCase()];
    if (!operation) return;
    const place = `${method} ${template} answered ${status}`;
    const content = (operation.responses[status] as { content?: Record<string, object> } | undefined)
      ?.content;
    if (!content) throw new Error(`${place}, which /openapi.json does not describe.`);
    const type = Object.keys(content).find((known) => contentType.startsWith(known));
    if (!type) throw new Error(`${place} as ${contentType}, which /openapi.json does not describe.`);
    if (!('schema' in content[type]!)) return;
    const steps = [
      'paths',
      template,
      method.toLowerCase(),
      'responses',
      String(status),
      'content',
      type,
      'schema',
    ];
    const validate = validatorOf(steps.map((step) => `/${encodeURIComponent(escaped(step))}`).join(''));
    if (!validate(body))
      throw new Error(`${place} otherwise than described: ${ajv.errorsText(validate.errors)}`);
  };
}

/** As JSON pointers have it. */
const escaped = (step: string) => step.replace(/~/g, '~0').replace(/\//g, '~1');

/** The described path that a path is an instance of; the one with fewer parameters goes before. */
function templateOf(templates: string[], path: string): string | undefined {
  const fitting = templates.filter((template) =>
    new RegExp(`^${template.replace(/\{\w+\}/g, '[^/]+')}$`).test(path),
  );
  return fitting.sort((a, b) => a.split('{').length - b.split('{').length)[0];
}
