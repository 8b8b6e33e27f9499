import { holdTable, type HeldTable } from './hold-table.ts';

/** Keeps everybody from the table of message ids until it is let go: no message can be accepted meanwhile. */
export const holdMessageIds = (url: string): Promise<HeldTable> => holdTable(url, 'message_ids');
