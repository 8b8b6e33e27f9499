/** So often it is said that work goes on, real milliseconds. */
const heartbeatMs = 5_000;

/** Says every few seconds that some work goes on, until it is done. */
export async function beating<T>(beat: () => void, work: () => Promise<T>): Promise<T> {
  const timer = setInterval(beat, heartbeatMs);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
