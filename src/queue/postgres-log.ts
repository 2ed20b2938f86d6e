import type { Pool } from 'pg';
import { tableOf } from './postgres-table.ts';
import type { LogName, SharedLog } from './shared-log.ts';

/** The table for logs. */
export const LOGS = tableOf(
  'logs',
  'name text, id bigint GENERATED ALWAYS AS IDENTITY, entry text NOT NULL, PRIMARY KEY (name, id)',
);

/** The rows of that table with this name. */
export function postgresLog(pool: Pool, name: LogName): SharedLog {
  return {
    async append(entries, most) {
      await pool.query(
        `INSERT INTO ${LOGS.name} (name, entry)
         SELECT $1, entry FROM unnest($2::text[]) WITH ORDINALITY AS given (entry, nth) ORDER BY nth`,
        [name, entries],
      );
      // The newest one that is over the limit, and all before it.
      await pool.query(
        `DELETE FROM ${LOGS.name} WHERE name = $1 AND id <=
         (SELECT id FROM ${LOGS.name} WHERE name = $1 ORDER BY id DESC OFFSET $2 LIMIT 1)`,
        [name, most],
      );
    },
    async entries() {
      const { rows } = await pool.query<{ entry: string }>(
        `SELECT entry FROM ${LOGS.name} WHERE name = $1 ORDER BY id`,
        [name],
      );
      return rows.map(({ entry }) => entry);
    },
  };
}
