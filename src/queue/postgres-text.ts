import type { Pool, PoolClient } from 'pg';
import { tableOf } from './postgres-table.ts';
import type { SharedText, TextName } from './shared-text.ts';

/** The table for texts. */
export const TEXTS = tableOf('texts', 'name text PRIMARY KEY, state text');

/** The text in a row of that table; whoever changes it holds the row. */
export function postgresText(pool: Pool, name: TextName): SharedText {
  async function hold(client: PoolClient): Promise<string | undefined> {
    const found = await client.query<{ state: string | null }>(
      `SELECT state FROM ${TEXTS.name} WHERE name = $1 FOR UPDATE`,
      [name],
    );
    const [row] = found.rows;
    if (row !== undefined) return row.state ?? undefined;
    await client.query(`INSERT INTO ${TEXTS.name} (name) VALUES ($1) ON CONFLICT DO NOTHING`, [name]);
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
          await client.query(`UPDATE ${TEXTS.name} SET state = $2 WHERE name = $1`, [name, changed]);
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
