/** How often a Temporal of a test is given another five seconds to start, which the SDK bounds: machines can be busy. */
const attempts = 6;

/** What starts, once it does. @throws the last failure. */
export async function patiently<T>(start: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await start();
    } catch (error) {
      if (attempt === attempts) throw error;
    }
  }
}
