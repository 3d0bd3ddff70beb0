/**
 * A name server over UDP and TCP whose zone comes as JSON on the standard input: `upstream.ts ADDRESS`.
 * Says `listening`, then `query NAME TYPE` for each query before it is answered, with ` over TCP` if so.
 */
import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Query, Reply } from './dns/message.ts';
import { encodeReply, parseQuery } from './dns/message.ts';
import type { ZoneText } from './dns/zone.ts';
import { Zone } from './dns/zone.ts';

const [address] = process.argv.slice(2);
const zoneText = JSON.parse(await text(process.stdin)) as ZoneText;
const { slow = {}, silent = [] } = zoneText;
const zone = new Zone(zoneText);

const socket = createSocket('udp4');
socket.on('message', (message, { address, port }) => {
  answer(message, '', (query, reply) => socket.send(encodeReply(query, reply), port, address));
});
const server = createServer((connection) => {
  let pending = Buffer.alloc(0);
  connection.on('error', () => {});
  connection.on('data', (chunk: Buffer) => {
    pending = Buffer.concat([pending, chunk]);
    while (pending.length >= 2 && pending.length >= 2 + pending.readUInt16BE(0)) {
      const message = pending.subarray(2, 2 + pending.readUInt16BE(0));
      pending = pending.subarray(2 + message.length);
      answer(message, ' over TCP', (query, reply) => {
        const octets = encodeReply({ ...query, limit: 0xffff }, reply);
        connection.write(Buffer.concat([Buffer.of(octets.length >>> 8, octets.length), octets]));
      });
    }
  });
});
socket.bind(53, address, () => server.listen(53, address, () => console.log('listening')));

function answer(message: Buffer, how: string, send: (query: Query, reply: Reply) => void): void {
  const query = parseQuery(message);
  console.log(`query ${query.name} ${query.type}${how}`);
  if (silent.includes(query.name)) return;
  const reply = () => send(query, zone.reply(query.name, query.type));
  const delay = slow[query.name];
  if (delay === undefined) reply();
  else setTimeout(reply, delay);
}
