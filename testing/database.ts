import { randomBytes } from 'node:crypto';
import postgres from 'postgres';
import { inject } from 'vitest';
import { connect, type Database } from '../src/db/connect.ts';

export interface TestDatabase extends Database, AsyncDisposable {
  url: string;
}

/** A fresh, migrated database, dropped at the end of its `await using`. */
export async function testDatabase(): Promise<TestDatabase> {
  const template = new URL(inject('postgresUrl'));
  const templateName = template.pathname.slice(1);
  template.searchParams.delete('template');
  const adminUrl = new URL(template);
  adminUrl.pathname = '/postgres';
  const admin = postgres(adminUrl.href, { max: 1, onnotice: () => {} });
  const name = `test_${randomBytes(6).toString('hex')}`;
  await admin.unsafe(`create database ${name} template ${templateName}`);
  template.pathname = `/${name}`;
  const database = connect(template.href);
  return {
    ...database,
    url: template.href,
    async [Symbol.asyncDispose]() {
      await database.end();
      await admin.unsafe(`drop database ${name} with (force)`);
      await admin.end();
    },
  };
}
