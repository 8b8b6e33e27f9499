import { content } from '../define/content.ts';
import { leave, mailPage, paragraph } from './mail-layout.ts';
import { momentNote } from './moment-note.ts';

/**
 * Sees the `event`: its `title`, `topic` and `categories`, as who reported it wrote them. Addresses nobody by name, so
 * that everybody gets the same words and a thousand mails are one call.
 */
export const momentNoteContent = content(momentNote, {
  email: {
    subject: '{{ event.title | truncate: 80, "…" }}',
    mjml: mailPage({
      title: '{{ event.title }}',
      preview: 'You told or showed us that this interests you.',
      body: [
        paragraph('Hello,'),
        paragraph(
          '{{ event.title }}. As {{ event.topic }} interests you, we thought you would like to know.',
        ),
        paragraph('Would you rather hear of something else? Just reply to this message.'),
      ].join('\n'),
      reason:
        'You get this message because of what interests you, and because you agreed to hear from us by e-mail.',
    }),
  },
  onsite: {
    title: '{{ event.title | truncate: 80, "…" }}',
    text: 'As {{ event.topic }} interests you, we thought you would like to know.',
  },
  locales: {
    de: {
      email: {
        subject: '{{ event.title | truncate: 80, "…" }}',
        mjml: mailPage({
          title: '{{ event.title }}',
          preview: 'Sie haben uns gesagt oder gezeigt, dass Sie das interessiert.',
          body: [
            paragraph('Guten Tag,'),
            paragraph(
              '{{ event.title }}. Da Sie sich für {{ event.topic }} interessieren, dachten wir, Sie möchten es wissen.',
            ),
            paragraph(
              'Möchten Sie lieber von etwas anderem hören? Antworten Sie einfach auf diese Nachricht.',
            ),
          ].join('\n'),
          reason:
            'Sie erhalten diese Nachricht wegen Ihrer Interessen, und weil Sie zugestimmt haben, von uns per E-Mail zu hören.',
          leave: leave.german,
        }),
      },
      onsite: {
        title: '{{ event.title | truncate: 80, "…" }}',
        text: 'Da Sie sich für {{ event.topic }} interessieren, dachten wir, Sie möchten es wissen.',
      },
    },
  },
  sample: {
    data: {
      event: {
        ...{ topic: 'first-flush', title: 'The first flush of Darjeeling has arrived' },
        ...{ categories: ['tea'], regions: [] },
      },
    },
    customer: { timezone: 'Europe/Berlin' },
  },
});
