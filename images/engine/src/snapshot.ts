import { compileBytecode } from './bytecode.ts';
import { findCompiler } from './compiler.ts';
import { NodeEngine } from './node-engine.ts';
import { pack } from './pack.ts';

/**
 * Evaluates `script` on the engine, here and now, and answers its linear memory as it is afterwards, which is
 * where an image goes on. The value of the script must be a function: the image calls it once. Nothing random and
 * nothing of the clock gets into an image this way: a script that asks for either before that call is an error,
 * and so is an exception, which is thrown here with its stack. `filename` is what stack traces call it.
 *
 * All numbers are little-endian:
 *
 * | bytes | what |
 * | --- | --- |
 * | 8 | the function, as a value of the engine |
 * | 4 | the size of linear memory, a multiple of 64 KiB |
 * | 4 | where the engine keeps the canary of its stack protector, 4 random bytes |
 * | rest | linear memory, see {@link pack} |
 */
export async function takeSnapshot(script: string, filename: string): Promise<Uint8Array> {
  const engine = await NodeEngine.start();
  engine.evaluate(await compileBytecode(NO_RANDOM, 'random.js'));
  const program = engine.evaluate(await compileBytecode(script, filename));
  if (!engine.isFunction(program)) throw new Error(`${filename}: its value is not a function`);

  const memory = engine.takeMemory(await findCompiler());
  const packed = pack(memory);
  const snapshot = Buffer.alloc(HEADER + packed.length);
  snapshot.writeBigUInt64LE(BigInt.asUintN(64, program), 0);
  snapshot.writeUInt32LE(memory.length, 8);
  snapshot.writeUInt32LE(engine.canary, 12);
  snapshot.set(packed, HEADER);
  return snapshot;
}

const HEADER = 16;

/** The kernel replaces this function; whoever took it before must not get numbers that are always the same. */
const NO_RANDOM = `Math.random = () => { throw new Error('Math.random before the start'); };`;
