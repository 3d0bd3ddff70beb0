/**
 * A name server over UDP whose zone comes as JSON on the standard input: `upstream.ts ADDRESS`.
 * Says `listening`, then `query NAME TYPE` for each query before it is answered.
 */
import { createSocket } from 'node:dgram';
import { text } from 'node:stream/consumers';
import { encodeReply, parseQuery } from './dns/message.ts';
import type { ZoneText } from './dns/zone.ts';
import { Zone } from './dns/zone.ts';

const [address] = process.argv.slice(2);
const zoneText = JSON.parse(await text(process.stdin)) as ZoneText;
const { slow = {}, silent = [] } = zoneText;
const zone = new Zone(zoneText);

const socket = createSocket('udp4');
socket.on('message', (message, { address, port }) => {
  const query = parseQuery(message);
  console.log(`query ${query.name} ${query.type}`);
  if (silent.includes(query.name)) return;
  const reply = encodeReply(query, zone.reply(query.name, query.type));
  const send = () => socket.send(reply, port, address);
  const delay = slow[query.name];
  if (delay === undefined) send();
  else setTimeout(send, delay);
});
socket.bind(53, address, () => console.log('listening'));
