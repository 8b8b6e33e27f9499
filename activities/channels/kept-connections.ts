import http from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';

/**
 * How long a connection is kept for the next call, real milliseconds. Far below the 5 s and more after which servers hang
 * up by themselves: a call must not meet that, for nobody could tell then whether its request had been heard.
 */
const idleMs = 1_000;

/** After how much silence the system asks whether the other side is still there: as axios has it, else each call sets it twice. */
const keepAliveMsecs = 60_000;

/** How many idle connections are kept. */
const mostIdle = 50;

/**
 * Agents whose connections serve calls that follow upon each other at once: where many go out, the handshakes would cost
 * more than the calls. One that nobody needs for a second is closed.
 */
export function keptConnections(): { httpAgent: http.Agent; httpsAgent: https.Agent } {
  const options = { keepAlive: true, keepAliveMsecs, maxFreeSockets: mostIdle, scheduling: 'lifo' } as const;
  return {
    httpAgent: closingIdle(new http.Agent(options)),
    httpsAgent: closingIdle(new https.Agent(options)),
  };
}

/** The agent drops an idle connection whose time is up; that of one in use says nothing. */
function closingIdle<Agent extends http.Agent>(agent: Agent): Agent {
  return agent.on('free', (socket: Socket) => socket.setTimeout(idleMs));
}

let hearing: Promise<void> | null = null;

/** Resolves when it was heard which connections servers have closed by now: those are not used any more. */
export function closedHeard(): Promise<void> {
  // Who asks in the same turn of the loop waits for the same.
  hearing ??= hear();
  return hearing;
}

async function hear(): Promise<void> {
  // The first ends this turn of the loop, the second the next, in which what had come was read.
  await turn();
  hearing = null;
  await turn();
}
