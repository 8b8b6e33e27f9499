import type { OnsiteMessage } from '../../src/db/queries/onsite-messages.ts';
import { eventually } from './eventually.ts';

/** A page of a shop as Kairos knows it: a stream of server-sent events over HTTP, read to its end. */
export interface ListeningPage extends AsyncDisposable {
  status: number;
  headers: Headers;
  /** Every list that it was told, the titles of each. */
  lists: string[][];
  /** The last list, whole. */
  messages: OnsiteMessage[];
  /** All that came, as it came. */
  text: () => string;
  /** Until its list has these titles. */
  shows(...titles: string[]): Promise<OnsiteMessage[]>;
  ended: Promise<void>;
}

const key = 'write-of-test';

export async function listeningPage(
  url: string,
  anonymousId: string,
  headers: Record<string, string> = {},
): Promise<ListeningPage> {
  const leaving = new AbortController();
  const asked = new URLSearchParams({ anonymousId, writeKey: key });
  const answer = await fetch(`${url}/v1/onsite?${asked.toString()}`, { signal: leaving.signal, headers });
  let text = '';
  const page: ListeningPage = {
    ...{ status: answer.status, headers: answer.headers, lists: [], messages: [], text: () => text },
    shows: (...titles) =>
      eventually(
        `the page to show ${titles.join(', ') || 'nothing'}; it shows ${page.lists.at(-1)?.join(', ')}`,
        () => {
          const last = page.lists.at(-1);
          return last !== undefined && last.join() === titles.join() && page.messages;
        },
      ),
    ended: read(),
    async [Symbol.asyncDispose]() {
      leaving.abort();
      await page.ended;
    },
  };
  return page;

  async function read(): Promise<void> {
    const decoder = new TextDecoder();
    let rest = '';
    try {
      for await (const chunk of answer.body as unknown as AsyncIterable<Uint8Array>) {
        const came = decoder.decode(chunk, { stream: true });
        text += came;
        const blocks = (rest + came).split('\n\n');
        rest = blocks.pop()!;
        for (const block of blocks) take(block);
      }
    } catch (error) {
      // Either side hung up.
      text += `\n${String(error)}`;
    }
  }

  function take(block: string): void {
    const [, data] = /^event: messages\ndata: (.*)$/.exec(block) ?? [];
    if (data === undefined) return;
    page.messages = (JSON.parse(data) as { items: OnsiteMessage[] }).items;
    page.lists.push(page.messages.map(({ title }) => title));
  }
}
