import type { Options } from '@atoll/conf/table';
import { withDefault } from '@atoll/conf/table';
import { value } from '@atoll/conf/value';
import type { Result } from '@atoll/result/result';
import { misconfigured, ok } from '@atoll/result/result';

/** The boot argument of appliances that show what they do; `port` is its default. */
export function statusArguments(port: string) {
  return {
    metrics: withDefault(value('PORT|none', 'a TCP port, or none', parsePort), port, {
      summary:
        'The port where the status page (/) and metrics for Prometheus (/metrics) are, for everybody.',
      example: '9100',
    }),
  };
}

export type StatusOptions = Options<ReturnType<typeof statusArguments>>;

function parsePort(text: string): Result<number | undefined> {
  if (text === 'none') return ok(undefined);
  // What Prometheus's own exporters would take.
  const port = /^:?([0-9]{1,5})$/.exec(text)?.[1];
  if (port === undefined) return misconfigured('it is not a port');
  const number = Number(port);
  return number > 0 && number <= 0xffff ? ok(number) : misconfigured('ports are 1 to 65535');
}
