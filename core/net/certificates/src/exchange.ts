import type { AcmeRequest, AcmeResponse } from '@atoll/acme/request';
import { LONGEST_BODY } from '@atoll/acme/request';
import { readBody } from '@atoll/http/body';
import type { ClientResponse, HttpClient } from '@atoll/http/client';
import { Headers } from '@atoll/http/headers';
import type { Result } from '@atoll/result/result';
import { malformed, ok } from '@atoll/result/result';

/** One request and its response, which can be given up at any moment. */
export class Exchange {
  readonly done: Promise<Result<AcmeResponse>>;
  #response: ClientResponse | undefined;
  #isOver = false;
  #end: (result: Result<AcmeResponse>) => void = () => undefined;

  constructor(client: Pick<HttpClient, 'request'>, request: AcmeRequest) {
    this.done = new Promise((resolve) => {
      this.#end = resolve;
    });
    this.#run(client, request).then((result) => this.#end(result));
  }

  /** Whatever else comes is not wanted. */
  giveUp(reason: string): void {
    this.#isOver = true;
    this.#response?.abandon();
    this.#end(malformed(reason));
  }

  async #run(
    client: Pick<HttpClient, 'request'>,
    { method, url, fields, body }: AcmeRequest,
  ): Promise<Result<AcmeResponse>> {
    const headers = new Headers({ 'user-agent': 'atoll', ...fields });
    const asked = await client.request({ method, url, headers, ...(body && { body }) });
    if (!asked.ok) return asked;
    const { status, headers: answered, body: reader } = asked.value;
    this.#response = asked.value;
    if (this.#isOver) asked.value.abandon();
    const read = await readBody(reader, LONGEST_BODY);
    if (!read.ok) {
      asked.value.abandon();
      return read;
    }
    return ok({ status, body: read.value, field: (name) => answered.get(name) });
  }
}
