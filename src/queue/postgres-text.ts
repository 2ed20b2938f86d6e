import type { Client, Pool, PoolClient } from 'pg';
import { NAMESPACE } from './settings.ts';
import type { SharedText, TextName } from './shared-text.ts';

const TABLE = `${NAMESPACE}.texts`;

/**
 * Creates the table for texts where it is missing; BullMQ's schema is there already. Safe when several
 * processes start at once. Looking first lets a user without the right to create tables use one that is there.
 */
export async function createTextTable(client: Client): Promise<void> {
  const { rows } = await client.query<{ there: boolean }>('SELECT to_regclass($1) IS NOT NULL AS there', [
    TABLE,
  ]);
  if (rows[0]?.there === true) return;
  // Several statements in one query are one transaction. Without the lock, two of them may fail on each other.
  await client.query(`
    SELECT pg_advisory_xact_lock(hashtext('${TABLE}'));
    CREATE TABLE IF NOT EXISTS ${TABLE} (name text PRIMARY KEY, state text);`);
}

/** The text in a row of that table; whoever changes it holds the row. */
export function postgresText(pool: Pool, name: TextName): SharedText {
  async function hold(client: PoolClient): Promise<string | undefined> {
    const found = await client.query<{ state: string | null }>(
      `SELECT state FROM ${TABLE} WHERE name = $1 FOR UPDATE`,
      [name],
    );
    const [row] = found.rows;
    if (row !== undefined) return row.state ?? undefined;
    await client.query(`INSERT INTO ${TABLE} (name) VALUES ($1) ON CONFLICT DO NOTHING`, [name]);
    return hold(client);
  }

  return {
    async update(change) {
      const client = await pool.connect();
      let failure: Error | undefined;
      try {
        await client.query('BEGIN');
        const text = await hold(client);
        const changed = change(text);
        if (changed !== text) {
          await client.query(`UPDATE ${TABLE} SET state = $2 WHERE name = $1`, [name, changed]);
        }
        await client.query('COMMIT');
      } catch (error) {
        failure = error instanceof Error ? error : new Error(String(error));
        throw error;
      } finally {
        // A connection in an unknown state is closed, and with it its transaction.
        client.release(failure);
      }
    },
  };
}
