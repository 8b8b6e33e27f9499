import { content } from '../define/content.ts';
import { birthdayWishes } from './birthday-wishes.ts';
import { english, german, recommendationsTable } from './cart-layout.ts';
import { leave, mailPage, paragraph } from './mail-layout.ts';

export const birthdayWishesContent = content(birthdayWishes, {
  email: {
    subject: 'Happy birthday: {{ percentOff }}% off for a week',
    mjml: mailPage({
      title: 'Happy birthday!',
      preview: '{{ percentOff }}% off, today and for the week to come.',
      body: [
        paragraph('{{ customer | greeting }}'),
        paragraph(
          'All the best for your birthday! Today and for the week to come, whatever you choose is <strong>{{ percentOff }}% cheaper</strong> for you.',
        ),
        recommendationsTable('Others liked these lately', english),
        paragraph('Would you like a hint what to choose? Just reply to this message.'),
      ].join('\n'),
      reason:
        'You get these wishes because you told us when your birthday is and agreed to hear from us by e-mail.',
    }),
  },
  sms: {
    text: 'Happy birthday! {{ percentOff }}% off for you, today and for the week to come. Questions? Just reply. STOP to opt out.',
  },
  locales: {
    de: {
      email: {
        subject: 'Alles Gute zum Geburtstag: {{ percentOff }} % für eine Woche',
        mjml: mailPage({
          title: 'Alles Gute zum Geburtstag!',
          preview: '{{ percentOff }} % günstiger, heute und die ganze Woche.',
          body: [
            paragraph('{{ customer | greeting: "Guten Tag" }}'),
            paragraph(
              'herzlichen Glückwunsch zum Geburtstag! Heute und die ganze kommende Woche ist für Sie alles <strong>{{ percentOff }} % günstiger</strong>.',
            ),
            recommendationsTable('Das gefiel anderen zuletzt', german),
            paragraph('Möchten Sie sich beraten lassen? Antworten Sie einfach auf diese Nachricht.'),
          ].join('\n'),
          reason:
            'Sie erhalten diese Glückwünsche, weil Sie uns Ihren Geburtstag genannt und zugestimmt haben, von uns per E-Mail zu hören.',
          leave: leave.german,
        }),
      },
      sms: {
        text: 'Alles Gute zum Geburtstag! {{ percentOff }} % für Sie, heute und die ganze Woche. Fragen? Einfach antworten. Abmelden mit STOP.',
      },
    },
  },
  sample: { data: { percentOff: 10 }, customer: { firstName: 'Ada', timezone: 'Europe/Berlin' } },
});
