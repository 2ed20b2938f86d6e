/** Told how many questions have an answer, and how many there are so far. */
export type OnAnswer = (answered: number, asked: number) => void;

/**
 * Bounds how many questions are under way at once over all ports together, and asks none twice. A question is a call
 * of a port; its calls must not wait for one another.
 */
export function createAsking({ atOnce, onAnswer }: { atOnce: number; onAnswer: OnAnswer }) {
  const waiting: (() => void)[] = [];
  let active = 0;
  let asked = 0;
  let answered = 0;

  async function inTurn<T>(ask: () => Promise<T>): Promise<T> {
    asked += 1;
    if (active >= atOnce) await new Promise<void>((resolve) => waiting.push(resolve));
    else active += 1;
    try {
      return await ask();
    } finally {
      answered += 1;
      onAnswer(answered, asked);
      const next = waiting.shift();
      // Whoever waits takes the place over.
      if (next === undefined) active -= 1;
      else next();
    }
  }

  /** The same port, whose calls with the same arguments share one answer. */
  return function bounded<T extends object>(port: T): T {
    const known = new Map<string, Promise<unknown>>();
    const calls = Object.entries(port).map(([name, ask]) => [
      name,
      (...args: readonly unknown[]) => {
        const key = `${name} ${JSON.stringify(args)}`;
        const answer = known.get(key) ?? inTurn(() => ask(...args));
        known.set(key, answer);
        return answer;
      },
    ]);
    return Object.fromEntries(calls) as T;
  };
}
