import { setTimeout as sleep } from 'node:timers/promises';
import { request } from 'undici';
import { notePayload } from '../builders/payloads.ts';
import { percentile, type Round, type Row, type Scenario } from './row.ts';
import { openScene, type Scene, SECRET } from './runs-scene.ts';

const PER_SECOND = 10;
const WARM = 20;
const MEASURED = 80;

const HOMES = [
  { home: 'redis', most: { p50: 5, p99: 25 } },
  { home: 'embedded', most: { p50: 10, p99: 50 } },
] as const;

/** How soon GitLab hears of a run. */
export const firstCall: Scenario = {
  name: 'first-call',
  about: `From the answer to a delivery to the first request to GitLab, its progress note, at ${PER_SECOND} deliveries a second. Three rounds.`,
  async measure({ rounds, say }) {
    const found = new Map<string, Round[]>();
    for (let round = 0; round < Math.min(rounds, 3); round += 1) {
      for (const { home } of HOMES) {
        const times = await oneRound(home);
        for (const percent of [50, 99]) {
          const key = `${home} p${percent}`;
          const ours = percentile(times, percent);
          found.set(key, [...(found.get(key) ?? []), { ours }]);
          say(`${key}: ${ours.toFixed(1)} ms`);
        }
      }
    }
    return HOMES.flatMap(({ home, most }) =>
      (['p50', 'p99'] as const).map(
        (key): Row => ({
          what: `first request to GitLab after the answer, ${home}, ${key}`,
          unit: 'ms',
          rounds: found.get(`${home} ${key}`) ?? [],
          reach: { most: most[key] },
        }),
      ),
    );
  },
};

async function oneRound(home: 'redis' | 'embedded'): Promise<readonly number[]> {
  // The pipelines stay without a webhook, so that nothing but beginnings of runs is under way.
  const scene = await openScene({ home, gitlab: { delay: 5 } });
  try {
    return await times(scene);
  } finally {
    await scene.close();
  }
}

/** Milliseconds of each delivery but the first ones. */
async function times({ beckon, gitlab }: Scene): Promise<readonly number[]> {
  const noted = new Map<number, number>();
  gitlab.told.on('noted', (issue, at) => noted.set(issue, at));
  const answered = new Map<number, number>();
  const sending: Promise<void>[] = [];
  for (let issue = 1; issue <= WARM + MEASURED; issue += 1) {
    sending.push(deliver(beckon.address, issue).then((at) => void answered.set(issue, at)));
    await sleep(1_000 / PER_SECOND);
  }
  await Promise.all(sending);
  for (let tries = 0; tries < 50 && noted.size < answered.size; tries += 1) await sleep(100);
  return [...answered]
    .filter(([issue]) => issue > WARM)
    .map(([issue, at]) => {
      const asked = noted.get(issue);
      if (asked === undefined) throw new Error('GitLab was never asked');
      // GitLab may be asked before the answer to the delivery is read.
      return Math.max(0, asked - at);
    });
}

/** Sends the delivery of a comment on an issue of its own; when it was answered, by a clock that processes share. */
async function deliver(address: string, issue: number): Promise<number> {
  const payload = notePayload('@claude-bot please', {
    issue: { iid: issue },
    note: { id: issue, type: null },
  });
  const response = await request(`${address}/webhooks/gitlab`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-gitlab-event': 'Note Hook', 'x-gitlab-token': SECRET },
    body: JSON.stringify(payload),
  });
  const at = performance.timeOrigin + performance.now();
  const text = await response.body.text();
  if (response.statusCode !== 202) throw new Error(`answered with ${response.statusCode}: ${text}`);
  return at;
}
