import { catalogueDigest } from '../db/queries/catalogue-digest.ts';
import { zoneTrait } from '../define/predicate-needs.ts';
import { shopZone } from './reckon-dates.ts';
import type { RoutingContext } from './route-batch.ts';
import type { KeptSegment } from './segment-index.ts';

/**
 * What the members of segments follow from beside their definitions and what customers do: the shop's zone, in which the
 * days of those lie who have none of their own, and what belongs to which category of the catalogue.
 */
export interface SegmentBases {
  zone: string;
  catalogue: string;
}

/** As they are now. */
export function loadBases({ sql, segments: { segments } }: RoutingContext): Promise<SegmentBases> {
  return sql.begin('read only', async (tx) => ({
    zone: await shopZone(tx),
    catalogue: segments.some(({ needs }) => needs.catalogue) ? await catalogueDigest(tx) : '',
  }));
}

/** In words that are others when a segment's members may be; empty where nothing of it is asked. */
export function basisOf({ needs }: KeptSegment, { zone, catalogue }: SegmentBases): string {
  const asked = [needs.traits.includes(zoneTrait) ? zone : '', needs.catalogue ? catalogue : ''];
  return asked.filter((one) => one !== '').join(' ');
}
