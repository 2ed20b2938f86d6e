import type { Client, Pool } from 'pg';
import { NAMESPACE } from './settings.ts';
import type { LogName, SharedLog } from './shared-log.ts';

const TABLE = `${NAMESPACE}.logs`;

/** Creates the table for logs where it is missing, as {@link createTextTable} does its own. */
export async function createLogTable(client: Client): Promise<void> {
  const { rows } = await client.query<{ there: boolean }>('SELECT to_regclass($1) IS NOT NULL AS there', [
    TABLE,
  ]);
  if (rows[0]?.there === true) return;
  await client.query(`
    SELECT pg_advisory_xact_lock(hashtext('${TABLE}'));
    CREATE TABLE IF NOT EXISTS ${TABLE} (
      name text, id bigint GENERATED ALWAYS AS IDENTITY, entry text NOT NULL, PRIMARY KEY (name, id));`);
}

/** The rows of that table with this name. */
export function postgresLog(pool: Pool, name: LogName): SharedLog {
  return {
    async append(entries, most) {
      await pool.query(
        `INSERT INTO ${TABLE} (name, entry)
         SELECT $1, entry FROM unnest($2::text[]) WITH ORDINALITY AS given (entry, nth) ORDER BY nth`,
        [name, entries],
      );
      // The newest one that is over the limit, and all before it.
      await pool.query(
        `DELETE FROM ${TABLE} WHERE name = $1 AND id <=
         (SELECT id FROM ${TABLE} WHERE name = $1 ORDER BY id DESC OFFSET $2 LIMIT 1)`,
        [name, most],
      );
    },
    async entries() {
      const { rows } = await pool.query<{ entry: string }>(
        `SELECT entry FROM ${TABLE} WHERE name = $1 ORDER BY id`,
        [name],
      );
      return rows.map(({ entry }) => entry);
    },
  };
}
