/** Where past runs, and endings, of a name, customer and key are found. */
export function tripleOf(of: { name: string; customerId: string; key: string | null }): string {
  return JSON.stringify([of.name, of.customerId, of.key]);
}
