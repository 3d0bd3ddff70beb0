import type { HttpServer } from '@atoll/http/server';
import type { Families } from '@atoll/metrics/family';

/** What an HTTP server counts; `server` tells it from others. */
export function collectHttp(http: HttpServer, server: string) {
  return (families: Families): void => {
    const { counters } = http;
    const labels = { server };
    for (const [code, count] of counters.responses) {
      const help = 'Responses by status code.';
      families.counter('atoll_http_responses_total', help, count, { server, code: String(code) });
    }
    families.counter('atoll_http_requests_total', 'Requests.', counters.requests, labels);
    const { connections, rejections } = counters;
    families.counter('atoll_http_accepted_total', 'Connections.', connections, labels);
    families.counter('atoll_http_rejected_total', 'Connections without room.', rejections, labels);
    families.gauge('atoll_http_connections', 'Connections that are open.', http.size, labels);
  };
}
