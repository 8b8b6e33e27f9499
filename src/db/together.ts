/**
 * Awaits statements of one transaction that are under way together; of those that fail it throws what failed first. Not
 * before all have settled: one of them that goes on after the transaction was rolled back would write outside of it.
 */
export async function together<const Work extends readonly unknown[]>(
  work: Work,
): Promise<{ -readonly [Place in keyof Work]: Awaited<Work[Place]> }> {
  let failure: { error: unknown } | null = null;
  const settled = await Promise.all(
    work.map(async (one) => {
      try {
        return await one;
      } catch (error) {
        failure ??= { error };
        return undefined;
      }
    }),
  );
  if (failure !== null) throw (failure as { error: unknown }).error;
  return settled as { -readonly [Place in keyof Work]: Awaited<Work[Place]> };
}
