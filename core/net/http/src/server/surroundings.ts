import type { TcpConnection, TcpHandler } from '@atoll/device/socket';
import type { HeadReader } from '../http1/head-reader.ts';
import type { Limits } from '../limits.ts';
import type { Request, Response } from '../message.ts';
import type { Refusal } from '../refusal.ts';

/** A connection as its server sees it, whichever version of HTTP it speaks. */
export interface Served {
  /** Whether it can end without leaving a request unanswered that was heard. */
  readonly isDispensable: boolean;
  /** When `handleTimeout` is due. */
  readonly deadline: number;
  handleTimeout(now: number): void;
  /** Goes on after `defer`. */
  resume(): void;
  /** Ends it, after what is under way. */
  close(): void;
  abort(): void;
}

/** A version of HTTP that a server speaks beside 1.1, where ALPN chose it. */
export interface HttpVersion {
  /** What ALPN calls it. */
  readonly protocol: string;
  serve(
    connection: TcpConnection,
    scheme: 'http' | 'https',
    surroundings: Surroundings,
  ): Served & TcpHandler;
}

/** Takes the handler's response; false when the request was refused meanwhile, which was the answer to it. */
export type Respond = (response: Response) => boolean;

/** What a connection needs of its server. */
export interface Surroundings {
  readonly limits: Limits;
  /** What reads most heads of HTTP/1.1, where there is such a thing. */
  readonly heads: HeadReader | undefined;
  /** Whether connections shall end after the request under way. */
  readonly isClosing: boolean;
  now(): number;
  /** The field line of the date. */
  dateLine(): Uint8Array;
  /** Answers by calling `respond`, at once or later. */
  handle(request: Request, respond: Respond): void;
  /** The connection has more to do, but others shall have their turn before. */
  defer(connection: Served): void;
  /** The connection wants to be looked at at `time`, earlier than it said before. */
  schedule(time: number): void;
  forget(connection: Served): void;
  /** The refusal is the answer to a request, or to what should have been one. */
  refused(connection: Served, refusal: Refusal): void;
  /** What the application does for `request` threw `error`. */
  failed(request: Pick<Request, 'method' | 'path'> | undefined, error: unknown): void;
}
