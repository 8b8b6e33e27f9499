import { personasInOrder, type NameOf } from '../define/personas.ts';
import { loyalShoppers } from '../segments/loyal-shoppers.ts';

/** The personas in order: the first whose segment a customer is in is theirs. */
export const personas = personasInOrder([loyalShoppers], 'everybody-else');

export type PersonaName = NameOf<typeof personas>;
