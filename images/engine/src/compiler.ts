import { type Compiler, NodeEngine } from './node-engine.ts';

/** The engine's compiler, which no image has. */
export function findCompiler(): Promise<Compiler> {
  compiler ??= NodeEngine.start().then((engine) => engine.findCompiler());
  return compiler;
}

let compiler: Promise<Compiler> | undefined;
