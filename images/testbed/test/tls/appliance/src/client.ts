import type { System } from '@atoll/appliance/appliance';
import { decodeLatin1, encodeLatin1 } from '@atoll/bytes/latin1';
import type { Endpoint, Sockets } from '@atoll/device/socket';
import type { ClientConfig } from '@atoll/tls/client/config';
import type { Session } from '@atoll/tls/session';
import type { TlsSockets } from '@atoll/tls-socket/sockets';

export interface Errand {
  readonly to: Endpoint;
  readonly serverName: string;
  readonly times: number;
  readonly resumes: boolean;
}

/** Asks the server at `to` for a page, as often as it shall; says what was agreed on and ends the program. */
export function ask(
  system: System,
  { tcp }: Sockets,
  tls: TlsSockets,
  config: ClientConfig,
  { to, serverName, times, resumes }: Errand,
): void {
  let session: Session | undefined;
  let left = times;
  const once = () => {
    let answer = '';
    const onSession = (given: Session) => {
      if (resumes) session = given;
    };
    const opening = tls.opening(
      config,
      { serverName, session },
      (socket) => ({
        onConnected() {
          const { suite, group, resumed } = socket.connected ?? {};
          system.log.info(`agreed on ${suite} ${group} resumed=${resumed}`);
          socket.write(encodeLatin1('GET / HTTP/1.0\r\n\r\n'));
        },
        onReadable() {
          for (let bytes = socket.peek(); bytes.length > 0; bytes = socket.peek()) {
            answer += decodeLatin1(bytes);
            socket.consume(bytes.length);
          }
          if (socket.isFinished) socket.end();
        },
        onClosed(reason) {
          const [line] = answer.split('\r\n');
          const { failure } = socket;
          system.log.info(`${reason}: ${line} ${failure ? JSON.stringify(failure) : ''}`);
          if (failure !== undefined || reason !== 'finished') system.stop(1);
          else if (--left === 0) system.stop(0);
          else once();
        },
      }),
      { onSession },
    );
    tcp.connect(to, opening);
  };
  once();
}
