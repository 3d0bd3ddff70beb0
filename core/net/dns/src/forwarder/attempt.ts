import type { Endpoint } from '@atoll/device/socket';
import type { Header } from '../packet.ts';
import { OPCODE } from '../type.ts';
import type { Attempt, Client, Job } from './state.ts';

/** Whether a response comes from the server, with the ID of the query (RFC 5452 section 9.1). */
export function belongs(header: Header, from: Endpoint, attempt: Attempt): boolean {
  const { endpoint } = attempt.upstream;
  return (
    header.response &&
    header.opcode === OPCODE.QUERY &&
    header.id === attempt.id &&
    from.address === endpoint.address &&
    from.port === endpoint.port
  );
}

/**
 * Lets `client` wait for `job`: `crowded` when too many do, `loop` when its query is one of our own that
 * came back, `waiting` also when it did before.
 */
export function join(job: Job, client: Client): 'waiting' | 'crowded' | 'loop' {
  const { id, question } = client.query;
  for (const attempt of job.attempts) {
    if (attempt.id === id && attempt.name === question.name && attempt.mixedCase) return 'loop';
  }
  for (const other of job.clients) {
    if (other.query.id === id && isSameWay(other, client)) return 'waiting';
  }
  if (job.clients.length >= CLIENT_LIMIT) return 'crowded';
  job.clients.push(client);
  return 'waiting';
}

function isSameWay(one: Client, other: Client): boolean {
  const { from, to } = other;
  return one.from.port === from.port && one.from.address === from.address && one.to === to;
}

/** The most clients that wait for one question. */
const CLIENT_LIMIT = 32;
