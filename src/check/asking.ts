import pLimit from 'p-limit';

/** Told how many questions have an answer, and how many there are so far. */
export type OnAnswer = (answered: number, asked: number) => void;

/**
 * Bounds how many questions are under way at once over all ports together, and asks none twice. A question is a call
 * of a port; its calls must not wait for one another.
 */
export function createAsking({ atOnce, onAnswer }: { atOnce: number; onAnswer: OnAnswer }) {
  const limit = pLimit(atOnce);
  let asked = 0;
  let answered = 0;

  async function inTurn<T>(ask: () => Promise<T>): Promise<T> {
    asked += 1;
    try {
      return await limit(ask);
    } finally {
      answered += 1;
      onAnswer(answered, asked);
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
