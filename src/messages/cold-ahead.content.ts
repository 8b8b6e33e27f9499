import { content } from '../define/content.ts';
import { coldAhead } from './cold-ahead.ts';
import { leave, mailPage, paragraph } from './mail-layout.ts';

/** The event's `condition` in German, where it is one that feeds use. */
const germanCondition = `{%- case event.condition -%}
{%- when "clear" -%}klar{%- when "cloudy" -%}bewölkt{%- when "fog" -%}Nebel{%- when "drizzle" -%}Nieselregen
{%- when "rain" -%}Regen{%- when "freezing rain" -%}gefrierender Regen{%- when "snow" -%}Schnee
{%- when "thunderstorm" -%}Gewitter{%- else -%}{{ event.condition }}{%- endcase -%}`;

/**
 * Sees the forecast as `event`: its `region`, `day`, `temperatureC` and `condition`. Addresses nobody by name, so that
 * everybody gets the same words and a thousand mails are one call.
 */
export const coldAheadContent = content(coldAhead, {
  email: {
    subject: 'Frost on {{ event.day | weekday_date }}',
    mjml: mailPage({
      title: 'Frost on {{ event.day | weekday_date }}',
      preview: '{{ event.temperatureC | round }} °C is forecast where you are.',
      body: [
        paragraph('Hello,'),
        paragraph(
          'On {{ event.day | weekday_date }} it will be {{ event.temperatureC | round }} °C where you are ({{ event.condition }}). You have looked at what keeps warm: if you still need it, now is the time to choose.',
        ),
        paragraph('Would you like advice before you decide? Just reply to this message.'),
      ].join('\n'),
      reason:
        'You get this message because frost is forecast for your region, you looked at what keeps warm, and you agreed to hear from us by e-mail.',
    }),
  },
  onsite: {
    title: 'Frost on {{ event.day | weekday_date }}',
    text: '{{ event.temperatureC | round }} °C is forecast where you are ({{ event.condition }}). You have looked at what keeps warm: now is the time to choose.',
  },
  sms: {
    text: 'On {{ event.day | weekday_date }} it will be {{ event.temperatureC | round }} C where you are ({{ event.condition | truncate: 40, "..." }}). Still looking for something warm? Just reply, we advise. STOP to opt out.',
  },
  locales: {
    de: {
      email: {
        subject: 'Frost am {{ event.day | weekday_date }}',
        mjml: mailPage({
          title: 'Frost am {{ event.day | weekday_date }}',
          preview: '{{ event.temperatureC | round }} °C sind bei Ihnen vorhergesagt.',
          body: [
            paragraph('Guten Tag,'),
            paragraph(
              `am {{ event.day | weekday_date }} werden es bei Ihnen {{ event.temperatureC | round }} °C (${germanCondition}). Sie haben sich angesehen, was warm hält: Wenn Sie es noch brauchen, ist jetzt die Zeit, es auszusuchen.`,
            ),
            paragraph('Möchten Sie sich vorher beraten lassen? Antworten Sie einfach auf diese Nachricht.'),
          ].join('\n'),
          reason:
            'Sie erhalten diese Nachricht, weil für Ihre Region Frost vorhergesagt ist, Sie sich angesehen haben, was warm hält, und zugestimmt haben, von uns per E-Mail zu hören.',
          leave: leave.german,
        }),
      },
      onsite: {
        title: 'Frost am {{ event.day | weekday_date }}',
        text: `{{ event.temperatureC | round }} °C sind bei Ihnen vorhergesagt (${germanCondition}). Sie haben sich angesehen, was warm hält: Jetzt ist die Zeit, es auszusuchen.`,
      },
      sms: {
        text: `Am {{ event.day | weekday_date }} werden es bei Ihnen {{ event.temperatureC | round }} C (${germanCondition}). Suchen Sie noch etwas Warmes? Einfach antworten, wir beraten. Abmelden mit STOP.`,
      },
    },
  },
  sample: {
    data: { event: { region: 'bremen', day: '2026-01-14', condition: 'snow', temperatureC: -4.2 } },
    customer: { timezone: 'Europe/Berlin' },
  },
});
