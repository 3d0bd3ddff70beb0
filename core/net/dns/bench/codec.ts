/** What the wire format costs, in nanoseconds an operation. Run: `npx tsx core/net/dns/bench/codec.ts` */
import { expect as unwrap } from '@atoll/result/result';
import { QUERY as ANY_QUERY, type Message, type ResourceRecord } from '../src/message.ts';
import { canonicalName, nameOctets, nameText, parseName } from '../src/name.ts';
import { emitMessage, parseMessage, peekHeader } from '../src/packet.ts';
import { emitRdata, parseRdata, rdataText } from '../src/rdata.ts';
import { CLASS, TYPE } from '../src/type.ts';

const n = (text: string) => unwrap(parseName(text));

const NAME = n('www.example.com');
const EDNS = { version: 0, udpPayloadSize: 1232, dnssecOk: false, options: [] };
const QUERY: Message = {
  ...ANY_QUERY,
  id: 1,
  questions: [{ name: NAME, type: TYPE.A, class: CLASS.IN }],
  edns: EDNS,
};
const record = (name: string, type: number, data: Uint8Array): ResourceRecord => ({
  name,
  type,
  class: CLASS.IN,
  ttl: 300,
  data,
});
const address = record(NAME, TYPE.A, emitRdata(TYPE.A, { address: 0xc0000201 }));
const REPLY: Message = { ...QUERY, response: true, recursionAvailable: true, answers: [address] };
const ALIAS = n('edge.cdn.example.net');
const SERVERS = ['a', 'b', 'c', 'd'].map((label) => n(`${label}.ns.example.net`));
const REFERRAL: Message = {
  ...REPLY,
  answers: [record(NAME, TYPE.CNAME, nameOctets(ALIAS)), { ...address, name: ALIAS }],
  authorities: SERVERS.map((server) => record(n('example.net'), TYPE.NS, nameOctets(server))),
  additionals: SERVERS.map((server) => ({ ...address, name: server })),
};

const queryBytes = emitMessage(QUERY);
const replyBytes = emitMessage(REPLY);
const referralBytes = emitMessage(REFERRAL);
const ns = unwrap(parseMessage(emitMessage(REFERRAL))).authorities[0].data;

const OPERATIONS: readonly (readonly [name: string, run: () => unknown])[] = [
  ['peek at a header', () => peekHeader(queryBytes)],
  ['parse a query', () => parseMessage(queryBytes)],
  ['parse a query, emit its answer', () => parseMessage(queryBytes).ok && emitMessage(REPLY)],
  ['emit an answer of one record', () => emitMessage(REPLY)],
  ['parse an answer of one record', () => parseMessage(replyBytes)],
  ['emit a CNAME and 9 records', () => emitMessage(REFERRAL)],
  ['parse a CNAME and 9 records', () => parseMessage(referralBytes)],
  ['lower case of a name', () => canonicalName(NAME)],
  ['text of a name', () => nameText(NAME)],
  ['name of a text', () => parseName('www.example.com')],
  ['values of NS record data', () => parseRdata(TYPE.NS, ns)],
  ['text of NS record data', () => rdataText(TYPE.NS, ns)],
];

for (const [name, run] of OPERATIONS) {
  console.log(`${name.padEnd(34)} ${nanoseconds(run).toFixed(0).padStart(7)} ns`);
}

/** The best of five rounds of 50 ms at least, so that other load on the machine counts little. */
function nanoseconds(run: () => unknown): number {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 5; round++) {
    let count = 0;
    const start = performance.now();
    let passed = 0;
    for (; passed < 50; passed = performance.now() - start) {
      for (let index = 0; index < 1000; index++) run();
      count += 1000;
    }
    best = Math.min(best, (passed * 1e6) / count);
  }
  return best;
}
