import type { Clock } from '../../src/clock.ts';
import { consents, customerIds, customers, deliveries } from '../../src/db/schema/index.ts';
import type { DeliveryState } from '../../src/domain/delivery.ts';
import type { Channel } from '../../src/domain/task-queues.ts';
import { newId } from '../../src/ids.ts';
import {
  createSendGridKeys,
  sendGridSignature,
  twilioSignature,
  type SandboxKeys,
} from '../../src/sandbox/signing.ts';
import { testApi, type Answer, type TestApi } from './api.ts';
import type { TestDatabase } from './database.ts';

/** What providers sign with in tests. */
export const hookKeys: SandboxKeys = { ...createSendGridKeys(), authToken: 'token of the test' };
export const publicUrl = 'https://kairos.shop.example';

/** The API as providers call it, and what they sign with. */
export interface HookApi extends AsyncDisposable {
  api: TestApi;
  /** Events of SendGrid's, signed now; a text goes as it is. */
  sendGrid(events: unknown, over?: { seconds?: number; headers?: Record<string, string> }): Promise<Answer>;
  /** A form of Twilio's for a path below `/v1/hooks/twilio/`, signed for where Kairos is reached from outside. */
  twilio(
    path: string,
    form: Record<string, string>,
    over?: { url?: string; token?: string },
  ): Promise<Answer>;
  /** A mail that came in, signed now. */
  mail(fields: Record<string, string>): Promise<Answer>;
}

/** `outside`: where Kairos is reached from outside; null: only here. */
export async function hookApi(
  database: TestDatabase,
  clock: Clock,
  { outside = publicUrl }: { outside?: string | null } = {},
): Promise<HookApi> {
  const api = await testApi(
    { database, clock },
    {
      SENDGRID_WEBHOOK_KEY: hookKeys.publicKey,
      SENDGRID_INBOUND_KEY: hookKeys.publicKey,
      TWILIO_AUTH_TOKEN: hookKeys.authToken,
      ...(outside !== null && { KAIROS_PUBLIC_URL: outside }),
    },
  );
  const now = () => Math.floor(clock.realNow().getTime() / 1_000);
  return {
    api,
    sendGrid: (events, { seconds = now(), headers = {} } = {}) => {
      const body = Buffer.from(typeof events === 'string' ? events : `${JSON.stringify(events)}\r\n`);
      const signed = sendGridSignature(hookKeys.privateKey, { seconds, body });
      return api.post('/v1/hooks/sendgrid', body, { ...signed, ...headers });
    },
    twilio: (
      path,
      form,
      { url = `${publicUrl}/v1/hooks/twilio/${path}`, token = hookKeys.authToken } = {},
    ) => {
      const headers = {
        'content-type': 'application/x-www-form-urlencoded',
        ...twilioSignature(token, { url, form }),
      };
      return api.post(`/v1/hooks/twilio/${path}`, new URLSearchParams(form).toString(), headers);
    },
    mail: async (fields) => {
      const form = new FormData();
      for (const [name, value] of Object.entries(fields)) form.append(name, value);
      const posted = new Response(form);
      const body = Buffer.from(await posted.arrayBuffer());
      const headers = {
        'content-type': posted.headers.get('content-type')!,
        ...sendGridSignature(hookKeys.privateKey, { seconds: now(), body }),
      };
      return api.post('/v1/hooks/sendgrid/inbound', body, headers);
    },
    [Symbol.asyncDispose]: () => api[Symbol.asyncDispose](),
  };
}

interface Place {
  database: TestDatabase;
  clock: Clock;
}

/** A customer with addresses, who has agreed to both. */
export async function addReachable(
  { database: { db }, clock }: Place,
  traits: { email?: string; phone?: string },
): Promise<string> {
  const [id, at] = [newId(clock), clock.now()];
  const stated = Object.entries(traits).map(([name, value]) => [
    name,
    { value, origin: 'stated', at: at.toISOString() },
  ]);
  await db
    .insert(customers)
    .values({ id, armKey: id, traits: Object.fromEntries(stated) as never, createdAt: at });
  await db.insert(customerIds).values({ kind: 'user', externalId: `user-${id}`, customerId: id, at });
  for (const channel of ['email', 'sms'])
    await db
      .insert(consents)
      .values({ id: newId(clock), customerId: id, channel, state: 'granted', source: 'test', at });
  return id;
}

/** A delivery as the ledger has it after its call; gives its id. */
export async function addDelivery(
  { database: { db }, clock }: Place,
  of: { customerId: string; channel?: Channel; state?: DeliveryState; message?: string; at?: Date },
): Promise<string> {
  const id = newId(clock);
  const { customerId, channel = 'email', state = 'accepted', message = 'nudge', at = clock.now() } = of;
  const row = {
    id,
    runId: newId(clock),
    customerId,
    name: 'cart',
    message,
    nth: 1,
    purpose: 'help' as const,
  };
  const calling = state === 'intended' ? { callingAt: at } : {};
  await db
    .insert(deliveries)
    .values({ ...row, ...calling, channel, arm: 'treated', state, verdicts: [], at });
  return id;
}
