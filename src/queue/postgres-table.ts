import type { Client } from 'pg';
import { NAMESPACE } from './settings.ts';

/** A table of ours in BullMQ's schema. */
export interface Table {
  /** With the schema. */
  readonly name: string;
  /** What stands between the brackets of `CREATE TABLE`. */
  readonly columns: string;
}

/** A table that is called `name` in that schema. */
export function tableOf(name: string, columns: string): Table {
  return { name: `${NAMESPACE}.${name}`, columns };
}

/**
 * Creates a table where it is missing; BullMQ's schema is there already. Safe when several processes start at once.
 * Looking first lets a user without the right to create tables use one that is there.
 */
export async function createTable(client: Client, { name, columns }: Table): Promise<void> {
  const { rows } = await client.query<{ there: boolean }>('SELECT to_regclass($1) IS NOT NULL AS there', [
    name,
  ]);
  if (rows[0]?.there === true) return;
  // Several statements in one query are one transaction. Without the lock, two of them may fail on each other.
  await client.query(`
    SELECT pg_advisory_xact_lock(hashtext('${name}'));
    CREATE TABLE IF NOT EXISTS ${name} (${columns});`);
}
