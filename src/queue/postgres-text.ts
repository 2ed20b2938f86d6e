import type { Client, Pool } from 'pg';
import { NAMESPACE } from './settings.ts';
import type { SharedText } from './shared-text.ts';

const TABLE = `${NAMESPACE}.turns`;

/**
 * Creates the table for the text where it is missing; BullMQ's schema is there already. Safe when several
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
    CREATE TABLE IF NOT EXISTS ${TABLE} (id integer PRIMARY KEY CHECK (id = 1), state text);
    INSERT INTO ${TABLE} (id) VALUES (1) ON CONFLICT DO NOTHING;`);
}

/** The text in the one row of that table; whoever changes it holds the row. */
export function postgresText(pool: Pool): SharedText {
  return {
    async update(change) {
      const client = await pool.connect();
      let failure: Error | undefined;
      try {
        await client.query('BEGIN');
        const { rows } = await client.query<{ state: string | null }>(
          `SELECT state FROM ${TABLE} FOR UPDATE`,
        );
        const text = rows[0]?.state ?? undefined;
        const changed = change(text);
        if (changed !== text) await client.query(`UPDATE ${TABLE} SET state = $1`, [changed]);
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
