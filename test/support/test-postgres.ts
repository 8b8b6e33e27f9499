/** The PostgreSQL that tests run on: the one named by KAIROS_TEST_POSTGRES, else an embedded one of their own. */
export async function startTestPostgres(): Promise<{ url: string; stop(): Promise<void> }> {
  const given = process.env['KAIROS_TEST_POSTGRES'];
  if (given) return { url: given, stop: async () => {} };
  throw new Error('not yet');
}
