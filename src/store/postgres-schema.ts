import { setTimeout as delay } from 'node:timers/promises'
import type { Pool } from 'pg'

/** The layout of the tables and the function below, and of the records; a database that says a higher one was set up by a newer release. */
const format = 3
const attempts = 20

/** What PostgreSQL answers when another process makes the same thing at the same moment. */
const raced = new Set(['23505', '40001', '40P01', '42710', '42P06', '42P07', '42723', 'XX000'])

/** Makes the schema, the tables and the function where they are missing. Many processes may do it at once. */
export async function prepareSchema(pool: Pool, schema: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      const written = await formatOf(pool, schema)
      if (written !== undefined && written > format) {
        throw new Error(`The store has format ${written}, which a newer release wrote; this one knows up to ${format}.`)
      }
      if (written !== undefined && written < format) {
        throw new Error(
          `The store has format ${written}, of a build before the first release; this one reads format ${format}. Begin with an empty schema.`,
        )
      }
      if (written !== undefined) return
      await pool.query(`BEGIN; ${definitions(schema)}; COMMIT`)
      return
    } catch (failure) {
      const code = failure instanceof Error && 'code' in failure ? String(failure.code) : ''
      if (!raced.has(code) || attempt === attempts) throw failure
      await delay(Math.random() * 50)
    }
  }
}

async function formatOf(pool: Pool, schema: string): Promise<number | undefined> {
  const { rows } = await pool.query<{ found: string | null }>('SELECT to_regclass($1)::text AS found', [
    `${schema}.head`,
  ])
  if (rows[0]?.found == null) return undefined
  const head = await pool.query<{ format: number }>(`SELECT format FROM ${schema}.head`)
  return head.rows[0]?.format
}

/**
 * The function locks the head first, in a statement of its own: under READ COMMITTED the statements after it see every
 * commit that held the lock before, and the lock is kept to the end, so numbers become visible in their order.
 * Commits arrive in flat lists; the counts say how many checks and writes belong to each. It answers a number or, for a
 * conflict, null for each.
 */
function definitions(schema: string): string {
  return `
CREATE SCHEMA IF NOT EXISTS ${schema};
CREATE TABLE ${schema}.entry (key text COLLATE "C" PRIMARY KEY, value bytea NOT NULL, version bigint NOT NULL);
CREATE TABLE ${schema}.change (number bigint PRIMARY KEY, keys text[] NOT NULL);
CREATE TABLE ${schema}.head (
  only_one int PRIMARY KEY CHECK (only_one = 1), number bigint NOT NULL, format int NOT NULL
);
INSERT INTO ${schema}.head (only_one, number, format) VALUES (1, 0, ${format});
CREATE FUNCTION ${schema}.commit_group(
  check_counts int[], check_keys text[], check_versions bigint[],
  write_counts int[], write_keys text[], write_values bytea[], kept_changes bigint
) RETURNS bigint[] LANGUAGE plpgsql AS $function$
DECLARE
  before bigint;
  latest bigint;
  first_check int := 1;
  first_write int := 1;
  last_check int;
  last_write int;
  outcomes bigint[] := '{}';
BEGIN
  -- What is answered must survive a crash, whatever the server's default.
  IF current_setting('synchronous_commit') = 'off' THEN PERFORM set_config('synchronous_commit', 'on', true); END IF;
  SELECT number INTO STRICT before FROM ${schema}.head WHERE only_one = 1 FOR UPDATE;
  latest := before;
  FOR nth IN 1 .. cardinality(check_counts) LOOP
    last_check := first_check + check_counts[nth] - 1;
    last_write := first_write + write_counts[nth] - 1;
    IF check_counts[nth] > 0 AND EXISTS (
      SELECT 1
      FROM unnest(check_keys[first_check:last_check], check_versions[first_check:last_check]) AS checked (key, version)
      LEFT JOIN ${schema}.entry ON entry.key = checked.key COLLATE "C"
      WHERE coalesce(entry.version, 0) <> checked.version
    ) THEN
      outcomes := outcomes || NULL::bigint;
    ELSE
      latest := latest + 1;
      DELETE FROM ${schema}.entry USING
        unnest(write_keys[first_write:last_write], write_values[first_write:last_write]) AS written (key, value)
        WHERE entry.key = written.key COLLATE "C" AND written.value IS NULL;
      INSERT INTO ${schema}.entry (key, value, version)
        SELECT written.key, written.value, latest
        FROM unnest(write_keys[first_write:last_write], write_values[first_write:last_write]) AS written (key, value)
        WHERE written.value IS NOT NULL
        ON CONFLICT (key) DO UPDATE SET value = excluded.value, version = excluded.version;
      INSERT INTO ${schema}.change (number, keys) VALUES (latest, coalesce(write_keys[first_write:last_write], '{}'));
      outcomes := outcomes || latest;
    END IF;
    first_check := last_check + 1;
    first_write := last_write + 1;
  END LOOP;
  IF latest > before THEN
    UPDATE ${schema}.head SET number = latest WHERE only_one = 1;
    DELETE FROM ${schema}.change WHERE number <= latest - kept_changes;
  END IF;
  RETURN outcomes;
END
$function$`
}
