import { content } from '../define/content.ts';
import { backOnShelf } from './back-on-shelf.ts';
import { mailPage } from './cart-layout.ts';

/**
 * Sees the `product` as the catalogue has it. Addresses nobody by name, so that everybody gets the same words and a
 * thousand mails are one call.
 */
export const backOnShelfContent = content(backOnShelf, {
  email: {
    subject: '{{ product | item_name | truncate: 80, "…" }} is back',
    html: mailPage({
      title: '{{ product | item_name }} is back',
      body: `{%- assign image = product | web_address: "imageUrl" %}
{%- assign link = product | web_address: "url" %}
{%- assign price = product | line_price %}<p>Hello,</p>
<p>When you looked at {{ product | item_name }}, it was sold out. It is on the shelf again, and as you are among those
who have waited longest, we are telling you first.</p>
{%- if image != "" %}
<p><img src="{{ image }}" width="240" alt="" style="display:block;width:240px;max-width:100%;height:auto;border:0;border-radius:6px"></p>
{%- endif %}
<p><strong>{{ product | item_name }}</strong>{% if price != "" %}<br>{{ price }}{% endif %}</p>
{%- if link != "" %}
<p><a href="{{ link }}" style="display:inline-block;padding:12px 20px;background:#0b5fd0;color:#ffffff;border-radius:6px;text-decoration:none;font-weight:600">Have a look</a></p>
{%- endif %}
<p>Would you like advice before you decide? Just reply to this message.</p>`,
      reason:
        'You get this message because you looked at this product while it was sold out and agreed to hear from us by e-mail.',
    }),
    text: `{%- assign link = product | web_address: "url" %}{% assign price = product | line_price -%}
Hello,

When you looked at {{ product | item_name }}, it was sold out. It is on the shelf again, and as you are among those who have waited longest, we are telling you first.

{{ product | item_name }}{% if price != "" %}: {{ price }}{% endif %}
{% if link != "" %}{{ link }}{% endif %}

Would you like advice before you decide? Just reply to this message.

--
You get this message because you looked at this product while it was sold out and agreed to hear from us by e-mail.
`,
  },
  onsite: {
    title: '{{ product | item_name | truncate: 80, "…" }} is back',
    text: `{% assign price = product | line_price -%}
It was sold out when you looked at it, and is on the shelf again{% if price != "" %}: {{ price }}{% endif %}.`,
    url: '{{ product | web_address: "url" }}',
    action: 'Have a look',
  },
  sms: {
    text: `{%- assign link = product | web_address: "url" -%}
{{ product | item_name | truncate: 60, "..." }} is back, and you are among the first to know.{% if link != "" %} {{ link }}{% endif %} Questions? Just reply. STOP to opt out.`,
  },
});
