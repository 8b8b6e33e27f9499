import type { NewFile } from './planned.ts';

/** A message of help that needs no data, and its words. */
export function messageFiles(message: { name: string; file: string; why: string }): NewFile[] {
  const { name, file, why } = message;
  return [
    {
      path: `src/messages/${file}.ts`,
      text: `import { message } from '../define/message.ts';

/** ${why} */
export const ${name} = message<Record<string, never>>({
  name: '${file}',
  purpose: 'help',
  channels: ['email'],
});
`,
    },
    {
      path: `src/messages/${file}.content.ts`,
      text: `import { content } from '../define/content.ts';
import { mailPage, paragraph } from './mail-layout.ts';
import { ${name} } from './${file}.ts';

export const ${name}Content = content(${name}, {
  email: {
    subject: 'May we help?',
    mjml: mailPage({
      title: 'May we help?',
      preview: 'Just reply to this message.',
      body: [
        paragraph('{{ customer | greeting }}'),
        paragraph('Say here what is of use to them now. Just reply to this message: we are glad to help.'),
      ].join('\\n'),
      reason: 'You get this message because you agreed to hear from us by e-mail.',
    }),
  },
  sample: { data: {}, customer: { firstName: 'Ada' } },
});
`,
    },
  ];
}
