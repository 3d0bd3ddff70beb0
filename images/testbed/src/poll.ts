/**
 * Calls `probe` until it answers something true, every few milliseconds; answers that, or what it
 * answered last when `timeoutMs` have passed.
 */
export async function eventually<T>(
  probe: () => T | Promise<T>,
  timeoutMs = 10_000,
): Promise<Awaited<T>> {
  const end = performance.now() + timeoutMs;
  for (;;) {
    const answer = await probe();
    if (answer || performance.now() >= end) return answer;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

const POLL_MS = 5;
