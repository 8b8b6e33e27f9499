import { content } from '../define/content.ts';
import { backToCart, english, german, itemsTable } from './cart-layout.ts';
import { cartNudge } from './cart-nudge.ts';
import { leave, mailPage, paragraph } from './mail-layout.ts';
import { sampleCart } from './sample-cart.ts';

const count = '{% assign count = items | count_items %}';
const title = '{% assign title = items | first_title %}';

export const cartNudgeContent = content(cartNudge, {
  email: {
    subject: `${title}{% if title != "" %}Still thinking about {{ title | truncate: 60, "…" }}?{% else %}You left something in your cart{% endif %}`,
    mjml: mailPage({
      title: 'You left something in your cart',
      preview: 'We have kept it for you.',
      body: [
        paragraph('{{ customer | greeting }}'),
        paragraph(
          `${count}You left {% if count == 1 %}this{% else %}these{% endif %} in your cart. We have kept {% if count == 1 %}it{% else %}them{% endif %} there for you, in case you would like to pick up where you stopped.`,
        ),
        itemsTable(english),
        backToCart(english),
        paragraph(
          'Is something unclear, or did something not work? Just reply to this message: we are glad to help.',
        ),
      ].join('\n'),
      reason:
        'You get this message because you put something into your cart and agreed to hear from us by e-mail.',
    }),
  },
  sms: {
    text: `${count}${title}
You left {% if title != "" %}{{ title | truncate: 40, "..." }}{% else %}something{% endif %}{% if count > 1 and title != "" %} and {{ count | minus: 1 }} more{% endif %} in your cart. We have kept it for you. Questions? Just reply. STOP to opt out.`,
  },
  locales: {
    de: {
      email: {
        subject: `${title}{% if title != "" %}Noch unentschlossen bei {{ title | truncate: 60, "…" }}?{% else %}In Ihrem Warenkorb liegt noch etwas{% endif %}`,
        mjml: mailPage({
          title: 'In Ihrem Warenkorb liegt noch etwas',
          preview: 'Wir haben es für Sie aufgehoben.',
          body: [
            paragraph('{{ customer | greeting: "Guten Tag" }}'),
            paragraph(
              `${count}{% if count == 1 %}dieser Artikel liegt{% else %}diese Artikel liegen{% endif %} noch in Ihrem Warenkorb. Wir haben {% if count == 1 %}ihn{% else %}sie{% endif %} für Sie aufgehoben, falls Sie dort weitermachen möchten, wo Sie aufgehört haben.`,
            ),
            itemsTable(german),
            backToCart(german),
            paragraph(
              'Ist etwas unklar, oder hat etwas nicht funktioniert? Antworten Sie einfach auf diese Nachricht: Wir helfen gern.',
            ),
          ].join('\n'),
          reason:
            'Sie erhalten diese Nachricht, weil Sie etwas in Ihren Warenkorb gelegt und zugestimmt haben, von uns per E-Mail zu hören.',
          leave: leave.german,
        }),
      },
      sms: {
        text: `${count}${title}
{% if title != "" %}{{ title | truncate: 40, "..." }}{% else %}Etwas{% endif %}{% if count > 1 and title != "" %} und {{ count | minus: 1 }} mehr{% endif %} liegt noch in Ihrem Warenkorb. Fragen? Einfach antworten. Abmelden mit STOP.`,
      },
    },
  },
  variants: {
    question: {
      email: {
        subject: 'Can we help you decide?',
        mjml: mailPage({
          title: 'Can we help you decide?',
          preview: 'A question about size, delivery or returns? Just reply.',
          body: [
            paragraph('{{ customer | greeting }}'),
            paragraph(
              `${count}Before you take {% if count == 1 %}this{% else %}these{% endif %}: is there anything you would like to know about size, delivery or returns? Just reply to this message, and somebody who knows the range answers.`,
            ),
            itemsTable(english),
          ].join('\n'),
          reason:
            'You get this message because you put something into your cart and agreed to hear from us by e-mail.',
        }),
      },
      locales: {
        de: {
          email: {
            subject: 'Können wir Ihnen bei der Entscheidung helfen?',
            mjml: mailPage({
              title: 'Können wir Ihnen bei der Entscheidung helfen?',
              preview: 'Eine Frage zu Größe, Versand oder Rückgabe? Antworten Sie einfach.',
              body: [
                paragraph('{{ customer | greeting: "Guten Tag" }}'),
                paragraph(
                  `${count}möchten Sie zu {% if count == 1 %}diesem Artikel{% else %}diesen Artikeln{% endif %} noch etwas wissen, über Größe, Versand oder Rückgabe? Antworten Sie einfach auf diese Nachricht: Jemand, der sich auskennt, schreibt Ihnen zurück.`,
                ),
                itemsTable(german),
              ].join('\n'),
              reason:
                'Sie erhalten diese Nachricht, weil Sie etwas in Ihren Warenkorb gelegt und zugestimmt haben, von uns per E-Mail zu hören.',
              leave: leave.german,
            }),
          },
        },
      },
    },
  },
  sample: sampleCart,
});
