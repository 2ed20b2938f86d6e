import { hash } from 'node:crypto';
import type { Pool, PoolClient } from 'pg';
import { tableOf } from './postgres-table.ts';
import type { SharedText, TextName } from './shared-text.ts';

/** The table for texts. */
export const TEXTS = tableOf('texts', 'name text PRIMARY KEY, state text');

/** What PostgreSQL makes of the text to tell it from others. */
const DIGEST = "encode(sha256(convert_to(state, 'UTF8')), 'hex')";

/**
 * The text in a row of that table; whoever changes it holds the row. It is read only where it is not the one that this
 * process knows: thousands of waiting runs make a text of megabytes.
 */
export function postgresText(pool: Pool, name: TextName): SharedText {
  let known: { readonly digest: string; readonly text: string } | undefined;

  function know(text: string): void {
    if (known?.text !== text) known = { digest: hash('sha256', text, 'hex'), text };
  }

  async function hold(client: PoolClient): Promise<string | undefined> {
    const before = known;
    const found = await client.query<{ is_empty: boolean; state: string | null }>(
      `SELECT state IS NULL AS is_empty, CASE WHEN ${DIGEST} = $2 THEN NULL ELSE state END AS state
        FROM ${TEXTS.name} WHERE name = $1 FOR UPDATE`,
      [name, before?.digest ?? ''],
    );
    const [row] = found.rows;
    if (row !== undefined) return row.is_empty ? undefined : (row.state ?? before?.text);
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
        know(changed);
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
