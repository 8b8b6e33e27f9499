import { content } from '../define/content.ts';
import { itemsHtml, itemsText, mailPage } from './cart-layout.ts';
import { cartOffer } from './cart-offer.ts';

export const cartOfferContent = content(cartOffer, {
  email: {
    subject: '{{ percentOff }}% off what is still in your cart',
    html: mailPage({
      title: '{{ percentOff }}% off what is still in your cart',
      body: `{% assign count = items | count_items %}<p>{{ customer | greeting }}</p>
<p>Thank you for coming back to us. What you picked is still in your cart, and if you take it now it is
<strong>{{ percentOff }}% cheaper</strong>.</p>
${itemsHtml}
<p>Would you like advice before you decide? Just reply to this message.</p>`,
      reason:
        'You get this offer because you are one of our regular customers and agreed to hear from us by e-mail.',
    }),
    text: `{% assign count = items | count_items %}{{ customer | greeting }}

Thank you for coming back to us. What you picked is still in your cart, and if you take it now it is {{ percentOff }}% cheaper.

${itemsText}

Would you like advice before you decide? Just reply to this message.

--
You get this offer because you are one of our regular customers and agreed to hear from us by e-mail.
`,
  },
  sms: {
    text: `{% assign count = items | count_items %}{% assign title = items | first_title -%}
{{ percentOff }}% off {% if title != "" %}{{ title | truncate: 40, "..." }}{% if count > 1 %} and {{ count | minus: 1 }} more{% endif %}, still{% else %}what is{% endif %} in your cart. Thank you for coming back! STOP to opt out.`,
  },
});
