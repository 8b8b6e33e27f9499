/** A line of a cart. Money in minor units; null where the event did not say. */
export interface CartLine {
  /** What makes it one line: the sku, else the product id, else its name; with the variant if there is one. */
  line: string;
  sku: string | null;
  productId: string | null;
  variant: string | null;
  title: string | null;
  url: string | null;
  imageUrl: string | null;
  quantity: number;
  priceMinor: number | null;
  currency: string | null;
  /** When it was last added to, epoch milliseconds. */
  addedAt: number;
}
