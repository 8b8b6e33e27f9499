import { describe, expect, test } from 'vitest';
import type { DeliveryState } from '../../src/domain/delivery.ts';
import { message } from '../../src/define/message.ts';
import { pushSubscriptions } from '../../src/db/schema/index.ts';
import { newId } from '../../src/ids.ts';
import { faultKinds, type FaultKind } from '../../src/sandbox/faults.ts';
import { addCustomer, addRun, startSending } from '../support/sending.ts';
import { eventually } from '../support/eventually.ts';
import { startWatching } from '../support/watching.ts';
import {
  faultyProvider,
  providers,
  type FaultyProvider,
  type Provider,
} from './channels/faulty-providers.ts';

/**
 * Every way in which a provider can fail, through the gate, the provider's real client, and the ledger: what the first
 * attempt leaves there, and what the next one makes of it, by the same worker (Temporal's retry) or by another (the first
 * has died). Whatever happens, at most one message arrives.
 */
interface Expected {
  /** What the first attempt tells its workflow, or that it is to be repeated. */
  first: DeliveryState | 'again';
  ledger: DeliveryState;
  /** What the next attempt comes to. */
  then: DeliveryState;
  arrived: 0 | 1;
}

const ofAll: Record<FaultKind, Expected> = {
  refuse: { first: 'failed', ledger: 'failed', then: 'failed', arrived: 0 },
  'rate-limit': { first: 'again', ledger: 'intended', then: 'accepted', arrived: 1 },
  'server-error': { first: 'unknown', ledger: 'unknown', then: 'unknown', arrived: 0 },
  timeout: { first: 'unknown', ledger: 'unknown', then: 'unknown', arrived: 0 },
  'accept-then-timeout': { first: 'unknown', ledger: 'unknown', then: 'unknown', arrived: 1 },
};

/** Who knows a delivery by its id is asked again. */
const again: Expected = { first: 'again', ledger: 'intended', then: 'accepted', arrived: 1 };
const ofWebhook = { ...ofAll, 'server-error': again, timeout: again, 'accept-then-timeout': again };

const codeOf: Record<Provider, string> = {
  SendGrid: '400',
  SMTP: '550',
  'Twilio’s sms': '21612',
  'Twilio’s whatsapp': '21612',
  'web push': '400',
  webhook: '410',
};

/** The gate with one channel: a provider's, behind the message that is asked for. */
async function sendingBy({ channel, adapter, content }: FaultyProvider) {
  const hello = message<object>({ name: 'hello', purpose: 'help', channels: [channel] });
  const it = await startSending(undefined, { messages: [hello], render: () => content });
  const channels = { ...it.channels, [channel]: adapter };
  const asking = async () => {
    const customerId = await addCustomer(it, { phone: '+14155550123', consents: { [channel]: 'granted' } });
    const browser = { id: newId(it.clock), endpoint: customerId, keys: { p256dh: '', auth: '' } };
    if (channel === 'push')
      await it.database.db
        .insert(pushSubscriptions)
        .values({ ...browser, customerId, createdAt: it.clock.now() });
    const { ask } = await addRun(it, customerId);
    return ask({ message: 'hello', channel });
  };
  return Object.assign(it, {
    asking,
    /** A worker that knows of nothing. */
    caller: (abort: () => AbortSignal | undefined = () => undefined) => it.worker({ channels, abort }),
  });
}

/** Hangs up on a provider that has heard the message and says nothing, as a call does whose time is up. */
async function untilSilent(faulty: FaultyProvider, fault: FaultKind, before: number): Promise<void> {
  const more = fault === 'accept-then-timeout' ? 1 : 0;
  await eventually('the fault', async () => !(await faulty.isWaiting()));
  await eventually('the message', async () => (await faulty.arrived()).length === before + more);
}

describe.each(providers)('%s', (provider) => {
  test.each(faultKinds)('%s', async (fault) => {
    const expected = (provider === 'webhook' ? ofWebhook : ofAll)[fault];
    await using faulty = await faultyProvider(provider);
    await using it = await sendingBy(faulty);
    for (const next of ['the same', 'another'] as const) {
      const asked = await it.asking();
      const before = (await faulty.arrived()).length;
      await faulty.order(fault);
      const patience = new AbortController();
      let signal: AbortSignal | undefined = patience.signal;
      const one = it.caller(() => signal);
      const attempt = one(asked).catch((error: unknown) => error);
      if (fault === 'timeout' || fault === 'accept-then-timeout') {
        await untilSilent(faulty, fault, before);
        patience.abort();
      }
      const first = await attempt;
      signal = undefined;
      if (expected.first === 'again')
        expect(first).toMatchObject({ type: 'not-accepted', nonRetryable: false, nextRetryDelay: 1_000 });
      else expect(first).toMatchObject({ state: expected.first, until: null });
      const ofRun = async () => (await it.ledger()).find(({ runId }) => runId === asked.runId)!;
      const row = await ofRun();
      expect(row).toMatchObject({
        state: expected.ledger,
        providerCode: fault === 'refuse' ? codeOf[provider] : null,
        // Marked as long as it is in doubt and may be repeated; free as soon as it was certainly not taken.
        callingAt: expected === again ? (expect.any(Date) as Date) : null,
      });
      const then = next === 'another' ? await it.caller()(asked) : await one(asked);
      expect(then).toMatchObject({ state: expected.then, deliveryId: row.id });
      expect(await it.caller()(asked), 'and so it stays').toMatchObject({ state: expected.then });
      expect((await ofRun()).state).toBe(expected.then);
      const ids = (await faulty.arrived()).filter((id) => id === row.id);
      expect(ids).toHaveLength(expected.arrived);
    }
  });
});

describe.each(['SendGrid', 'Twilio’s sms'] as const)('a page by %s', (provider) => {
  test.each(faultKinds)('%s', async (fault) => {
    const isSilent = fault === 'timeout' || fault === 'accept-then-timeout';
    for (const next of isSilent ? (['another'] as const) : (['the same', 'another'] as const)) {
      await using faulty = await faultyProvider(provider, isSilent ? 1_000 : 10_000);
      const { channel, adapter, content } = faulty;
      const back = message<object>({ name: 'back', purpose: 'help', channels: [channel] });
      await using it = await startWatching(undefined, { messages: [back], render: () => content });
      await it.line(3, (n) => ({ phone: `+1415555012${n}`, consents: [channel] }));
      await it.shelf(3);
      const channels = { ...it.channels, [channel]: adapter };
      const [one, other] = [it.worker({ channels }), it.worker({ channels })];
      await faulty.order(fault);
      const states = async () => (await it.ledger()).map(({ state }) => state).sort();
      await it.wave(async (page) => {
        const asked = { ...page, channel };
        const first = one(asked);
        if (fault === 'rate-limit') await expect(first).rejects.toMatchObject({ type: 'not-accepted' });
        else await first;
        return (next === 'another' ? other : one)(asked);
      });
      // One call for all by mail, where each is asked alone if all are refused; one for each by text message.
      const isBatch = provider === 'SendGrid';
      const { then, arrived } = ofAll[fault];
      const expected = isBatch
        ? Array<DeliveryState>(3).fill(fault === 'refuse' ? 'accepted' : then)
        : ['accepted', 'accepted', then].sort();
      expect(await states()).toEqual(expected);
      const ids = await faulty.arrived();
      expect(new Set(ids).size, 'nobody twice').toBe(ids.length);
      expect(ids).toHaveLength(
        isBatch && fault !== 'refuse' ? 3 * arrived : fault === 'refuse' && isBatch ? 3 : 2 + arrived,
      );
    }
  });
});
