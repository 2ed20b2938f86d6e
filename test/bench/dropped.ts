import { rm } from 'node:fs/promises';
import { newRedis } from '../support/redis.ts';
import { newFolder } from '../support/temporary.ts';
import { benchConfig, TOKEN } from './config.ts';
import { load } from './load.ts';
import { UNWANTED } from './payloads.ts';
import { startBeckon, startCeiling } from './program.ts';
import type { Round, Row, Scenario } from './row.ts';

const EVENTS = { note: 'Note Hook', push: 'Push Hook', pipeline: 'Pipeline Hook' };
const SIZES = [2, 10, 60];
const SECONDS = 1;

export const dropped: Scenario = {
  name: 'dropped',
  about: 'deliveries that no trigger can want, beside Fastify with the same body read and the token compared',
  async measure({ rounds, say }) {
    const folder = await newFolder();
    const redis = await newRedis();
    await redis.start();
    const [beckon, ceiling] = await Promise.all([
      startBeckon(benchConfig({ redis }), { folder }),
      startCeiling({ token: TOKEN }, { folder }),
    ]);
    const rows: Row[] = [];
    try {
      for (const [kind, event] of Object.entries(EVENTS)) {
        for (const size of SIZES) {
          const body = UNWANTED[kind]?.(size * 1_000) ?? '';
          for (const connections of size === 10 ? [10, 100] : [10]) {
            const what = { token: TOKEN, body, event, connections, seconds: SECONDS, status: 200 };
            const found: Round[] = [];
            for (let round = 0; round < rounds; round += 1) {
              const ours = await load({ ...what, address: beckon.address });
              const most = await load({ ...what, address: ceiling.address });
              found.push({ ours: ours.perSecond, ceiling: most.perSecond });
            }
            rows.push({
              what: `dropped ${kind}, ${size} KB, ${connections} connections`,
              unit: 'req/s',
              rounds: found,
              reach: { least: 0.75 },
            });
            say(rows.at(-1)?.what ?? '');
          }
        }
      }
    } finally {
      await Promise.all([beckon.end(), ceiling.end()]);
      await redis.stop();
      await rm(folder, { recursive: true, force: true });
    }
    return rows;
  },
};
