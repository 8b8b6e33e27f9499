import { and, desc, eq, lt, or, type SQL } from 'drizzle-orm';
import type { Db } from '../connect.ts';
import type { Arm, DeliveryState } from '../../domain/delivery.ts';
import { deliveries } from '../schema/deliveries.ts';

export type DeliveryRow = typeof deliveries.$inferSelect;

export interface DeliveryFilter {
  customerId?: string | undefined;
  name?: string | undefined;
  message?: string | undefined;
  channel?: string | undefined;
  state?: DeliveryState | undefined;
  arm?: Arm | undefined;
}

/** Deliveries, newest first, from before the one of that time and id. */
export async function listDeliveries(
  db: Db,
  filter: DeliveryFilter,
  { before, limit }: { before: { at: Date; id: string } | null; limit: number },
): Promise<DeliveryRow[]> {
  const where: (SQL | undefined)[] = [
    filter.customerId === undefined ? undefined : eq(deliveries.customerId, filter.customerId),
    filter.name === undefined ? undefined : eq(deliveries.name, filter.name),
    filter.message === undefined ? undefined : eq(deliveries.message, filter.message),
    filter.channel === undefined ? undefined : eq(deliveries.channel, filter.channel),
    filter.state === undefined ? undefined : eq(deliveries.state, filter.state),
    filter.arm === undefined ? undefined : eq(deliveries.arm, filter.arm),
    before === null
      ? undefined
      : or(lt(deliveries.at, before.at), and(eq(deliveries.at, before.at), lt(deliveries.id, before.id))),
  ];
  return db
    .select()
    .from(deliveries)
    .where(and(...where))
    .orderBy(desc(deliveries.at), desc(deliveries.id))
    .limit(limit);
}
