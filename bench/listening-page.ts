import { get, type IncomingMessage } from 'node:http';

/** A page of a shop that listens for messages, without a browser around it. */
export interface ListeningPage {
  /** Tells of each list that comes: the deliveries' ids. */
  onList: (ids: string[]) => void;
  close(): void;
}

/** Resolves once the page was told its first list. */
export async function listeningPage(api: string, anonymousId: string): Promise<ListeningPage> {
  const url = `${api}/v1/onsite?writeKey=dev-write-key&anonymousId=${anonymousId}`;
  return new Promise((listening, failed) => {
    const request = get(url, { agent: false }, (answer) => {
      if (answer.statusCode !== 200) return failed(new Error(`/v1/onsite answered ${answer.statusCode}.`));
      const page: ListeningPage = { onList: () => {}, close: () => void request.destroy() };
      readLists(answer, (ids) => {
        page.onList(ids);
        listening(page);
      });
    });
    request.on('error', failed);
  });
}

function readLists(answer: IncomingMessage, tell: (ids: string[]) => void): void {
  let rest = '';
  answer.setEncoding('utf8').on('data', (chunk: string) => {
    const blocks = (rest + chunk).split('\n\n');
    rest = blocks.pop()!;
    for (const block of blocks) {
      const data = /^data: (.*)$/m.exec(block)?.[1];
      if (data) tell((JSON.parse(data) as { items: { id: string }[] }).items.map(({ id }) => id));
    }
  });
}
