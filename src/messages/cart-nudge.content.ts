import { content } from '../define/content.ts';
import { itemsHtml, itemsText, mailPage } from './cart-layout.ts';
import { cartNudge } from './cart-nudge.ts';

export const cartNudgeContent = content(cartNudge, {
  email: {
    subject:
      '{% assign title = items | first_title %}{% if title != "" %}Still thinking about {{ title | truncate: 60, "…" }}?{% else %}You left something in your cart{% endif %}',
    html: mailPage({
      title: 'You left something in your cart',
      body: `{% assign count = items | count_items %}<p>{{ customer | greeting }}</p>
<p>You left {% if count == 1 %}this{% else %}these{% endif %} in your cart. We have kept
{% if count == 1 %}it{% else %}them{% endif %} there for you, in case you would like to pick up where you stopped.</p>
${itemsHtml}
<p>Is something unclear, or did something not work? Just reply to this message: we are glad to help.</p>`,
      reason:
        'You get this message because you put something into your cart and agreed to hear from us by e-mail.',
    }),
    text: `{% assign count = items | count_items %}{{ customer | greeting }}

You left {% if count == 1 %}this{% else %}these{% endif %} in your cart. We have kept {% if count == 1 %}it{% else %}them{% endif %} there for you, in case you would like to pick up where you stopped.

${itemsText}

Is something unclear, or did something not work? Just reply to this message: we are glad to help.

--
You get this message because you put something into your cart and agreed to hear from us by e-mail.
`,
  },
  sms: {
    text: `{% assign count = items | count_items %}{% assign title = items | first_title -%}
You left {% if title != "" %}{{ title | truncate: 40, "..." }}{% else %}something{% endif %}{% if count > 1 and title != "" %} and {{ count | minus: 1 }} more{% endif %} in your cart. We have kept it for you. Questions? Just reply. STOP to opt out.`,
  },
});
