export { testDatabase, type TestDatabase } from '../../testing/database.ts';
