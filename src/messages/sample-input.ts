import type { Content } from '../define/content.ts';
import type { Channel } from '../domain/task-queues.ts';
import { personas } from '../personas/index.ts';
import type { RenderInput } from './render.ts';
import { sampleRecommendations } from './sample-cart.ts';

/** Whom a message is shown for; what is left out is as the sample says, or as it is for most. */
export interface SampleChoice {
  channel: Channel;
  variant?: string | null;
  locale?: string | null;
  persona?: string | null;
  segments?: readonly string[] | null;
}

/** What a message is shown with: its content's sample, and what the gate gives beside a message's own data. */
export function sampleInput({ message, sample }: Content<unknown>, choice: SampleChoice): RenderInput {
  const { recommendations, codes } = message;
  const { channel, variant = null, locale = null, persona = null, segments = null } = choice;
  const zone = sample?.customer?.['timezone'];
  return {
    ...{ message, channel, variant },
    data: {
      unsubscribeUrl: 'https://kairos.example/u/sample',
      ...(codes === undefined ? {} : { code: 'SAMPLE-7QK2' }),
      ...(recommendations === undefined
        ? {}
        : { recommendations: sampleRecommendations.slice(0, recommendations) }),
      ...sample?.data,
    },
    customer: { ...sample?.customer, ...(locale === null ? {} : { locale }) },
    persona: persona ?? sample?.persona ?? personas.otherwise,
    segments: segments ?? sample?.segments ?? [],
    ...(typeof zone === 'string' ? { zone } : {}),
  };
}
