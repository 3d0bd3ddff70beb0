import { encodeUtf8 } from '@atoll/bytes/utf8';
import type { DnsSolver, TxtRecord } from '@atoll/certificates/solver';
import type { HttpClient } from '@atoll/http/client';
import type { Result } from '@atoll/result/result';
import { malformed, ok } from '@atoll/result/result';

/** The zone of Pebble's `pebble-challtestsrv`, which is changed at `url`. */
export function testZone(client: HttpClient, url: string): DnsSolver {
  const change = async (path: string, document: object): Promise<Result<undefined>> => {
    const body = encodeUtf8(JSON.stringify(document));
    const response = await client.request({ method: 'POST', url: `${url}/${path}`, body });
    if (!response.ok) return response;
    response.value.abandon();
    return response.value.status === 200 ? ok(undefined) : malformed('the zone was not changed');
  };
  const hostOf = ({ name }: TxtRecord) => `${name}.`;
  return {
    publish: (record) => change('set-txt', { host: hostOf(record), value: record.value }),
    remove: (record) => change('clear-txt', { host: hostOf(record) }),
  };
}
