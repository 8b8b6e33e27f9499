import { content } from '../define/content.ts';
import { backToCart, english, german, itemsTable, recommendationsTable } from './cart-layout.ts';
import { cartOffer } from './cart-offer.ts';
import { leave, mailPage, paragraph } from './mail-layout.ts';
import { sampleCart } from './sample-cart.ts';

const count = '{% assign count = items | count_items %}';
const title = '{% assign title = items | first_title %}';

export const cartOfferContent = content(cartOffer, {
  email: {
    subject: '{{ percentOff }}% off what is still in your cart',
    mjml: mailPage({
      title: '{{ percentOff }}% off what is still in your cart',
      preview: 'A thank-you for coming back to us.',
      body: [
        paragraph('{{ customer | greeting }}'),
        paragraph(
          `${count}Thank you for coming back to us. What you picked is still in your cart, and if you take it now it is <strong>{{ percentOff }}% cheaper</strong>.`,
        ),
        itemsTable(english),
        backToCart(english),
        recommendationsTable('Goes well with it', english),
        paragraph('Would you like advice before you decide? Just reply to this message.'),
      ].join('\n'),
      reason:
        'You get this offer because you are one of our regular customers and agreed to hear from us by e-mail.',
    }),
  },
  sms: {
    text: `${count}${title}
{{ percentOff }}% off {% if title != "" %}{{ title | truncate: 40, "..." }}{% if count > 1 %} and {{ count | minus: 1 }} more{% endif %}, still{% else %}what is{% endif %} in your cart. Thank you for coming back! STOP to opt out.`,
  },
  locales: {
    de: {
      email: {
        subject: '{{ percentOff }} % auf das, was noch in Ihrem Warenkorb liegt',
        mjml: mailPage({
          title: '{{ percentOff }} % auf das, was noch in Ihrem Warenkorb liegt',
          preview: 'Ein Dankeschön dafür, dass Sie wiederkommen.',
          body: [
            paragraph('{{ customer | greeting: "Guten Tag" }}'),
            paragraph(
              `${count}danke, dass Sie wieder bei uns sind. Was Sie ausgesucht haben, liegt noch in Ihrem Warenkorb, und wenn Sie es jetzt nehmen, ist es <strong>{{ percentOff }} % günstiger</strong>.`,
            ),
            itemsTable(german),
            backToCart(german),
            recommendationsTable('Passt gut dazu', german),
            paragraph('Möchten Sie sich vorher beraten lassen? Antworten Sie einfach auf diese Nachricht.'),
          ].join('\n'),
          reason:
            'Sie erhalten dieses Angebot, weil Sie öfter bei uns kaufen und zugestimmt haben, von uns per E-Mail zu hören.',
          leave: leave.german,
        }),
      },
      sms: {
        text: `${count}${title}
{{ percentOff }} % auf {% if title != "" %}{{ title | truncate: 40, "..." }}{% if count > 1 %} und {{ count | minus: 1 }} mehr{% endif %}{% else %}das{% endif %} in Ihrem Warenkorb. Danke, dass Sie wiederkommen! Abmelden mit STOP.`,
      },
    },
  },
  sample: {
    ...sampleCart,
    data: { ...sampleCart.data, percentOff: 10 },
  },
});
