import { raisePage } from '../src/db/queries/page-calls.ts';
import type { DeliveryNow, Raise } from '../src/db/queries/raise-delivery.ts';
import type { MessageType } from '../src/define/message.ts';
import { bounds } from '../src/domain/bounds.ts';
import { pageNewsOf } from './call-news.ts';
import type { SendInput } from './contract.ts';
import type { GateParts } from './gate-look.ts';
import { WorkTogether } from './work-together.ts';
import { itsTurnLater, passTogether, type Passed } from './pass-gate.ts';
import type { Passage } from './passage.ts';

/**
 * The gate for messages to single customers. Many that come at once are gathered: they pass it in one transaction, and
 * what became of their calls is written in one statement.
 */
export interface SingleGate {
  pass(message: MessageType<unknown>, input: SendInput): Promise<Passage>;
  /** Writes that a provider took a message; says where the delivery is then. Null: it is gone. */
  accepted(news: Raise): Promise<DeliveryNow | null>;
}

export function singleGate(parts: GateParts): SingleGate {
  const gates = new Map<string, WorkTogether<SendInput, Passed>>();
  const gateFor = (message: MessageType<unknown>, { channel, each }: SendInput) => {
    const key = `${channel}/${each === true}/${message.name}`;
    // Of a pool of codes each takes the first that nobody else has locked, which one transaction does once.
    const most = message.codes === undefined ? bounds.gatheredSends : 1;
    const gate = gates.get(key) ?? new WorkTogether((inputs) => passTogether(parts, message, inputs), most);
    gates.set(key, gate);
    return gate;
  };
  const settled = new WorkTogether(
    (news: readonly Raise[]) => raiseTogether(parts, news),
    bounds.gatheredSends,
  );
  return {
    async pass(message, input) {
      const { passage, laterMs } = await gateFor(message, input).add(input);
      // After the commit, so that its turn is kept.
      if (laterMs !== null) throw itsTurnLater(laterMs);
      return passage;
    },
    accepted: async (news) => (await settled.add(news)).delivery,
  };
}

async function raiseTogether(
  { database: { sql } }: GateParts,
  all: readonly Raise[],
): Promise<{ delivery: DeliveryNow | null }[]> {
  const raised = await raisePage(sql, { state: 'accepted', news: all.map(pageNewsOf) });
  const byId = new Map(raised.map((delivery) => [delivery.id, delivery]));
  return all.map(({ deliveryId }) => ({ delivery: byId.get(deliveryId) ?? null }));
}
