import { ourEdns } from '../answer.ts';
import type { CacheQuestion } from '../cache.ts';
import type { Name } from '../name.ts';
import { emitMessage } from '../packet.ts';
import { OPCODE, RCODE } from '../type.ts';

/**
 * The octets of a query to an upstream server, which is to resolve `question` under the letters of
 * `name`. `wantsAd` asks for AD in the answer without asking for signatures (RFC 6840 section 5.7).
 */
export function emitRequest(
  id: number,
  name: Name,
  question: CacheQuestion,
  edns: boolean,
  wantsAd: boolean,
): Uint8Array {
  return emitMessage({
    id,
    response: false,
    opcode: OPCODE.QUERY,
    authoritative: false,
    truncated: false,
    recursionDesired: true,
    recursionAvailable: false,
    authenticData: wantsAd,
    checkingDisabled: question.checkingDisabled,
    rcode: RCODE.NOERROR,
    questions: [{ name, type: question.type, class: question.class }],
    answers: [],
    authorities: [],
    additionals: [],
    edns: edns ? ourEdns(question.dnssecOk, []) : undefined,
  });
}
