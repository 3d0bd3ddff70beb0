/** What lemon-tls serves: nothing but handshakes, what it is sent, and bytes without end. */
import { readFileSync } from 'node:fs';
import { createServer } from 'lemon-tls';

const [certificateFile, keyFile] = process.argv.slice(2);
const options = { cert: readFileSync(certificateFile), key: readFileSync(keyFile) };
const bytes = Buffer.alloc(2 ** 16, '.');

createServer(options, (socket) => socket.on('error', () => {})).listen(443);
createServer(options, (socket) => socket.on('error', () => {}).resume()).listen(1009);
createServer(options, (socket) => {
  const fill = () => {
    while (socket.write(bytes));
  };
  socket.on('error', () => {}).on('drain', fill);
  fill();
}).listen(1019, () => console.log('ready'));
process.on('uncaughtException', () => {});
