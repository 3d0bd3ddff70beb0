import { vi } from 'vitest';
import type { Block } from '../../src/buffer/blocks.ts';
import { BLOCK_SIZE, BlockPool } from '../../src/buffer/blocks.ts';

/**
 * Watches all pools until `stop`: throws when a block is given that was not taken, or given twice, or taken
 * while somebody has it, or written by somebody who gave it back, or when a pool miscounts.
 */
export class Ledger {
  /** Blocks that are taken, of each pool. */
  readonly #taken = new Map<BlockPool, Set<Block>>();
  readonly #stop: () => void;

  constructor() {
    const { take, takeLarge, give } = BlockPool.prototype;
    const ledger = this;
    const spies = [
      vi.spyOn(BlockPool.prototype, 'take').mockImplementation(function (this: BlockPool, ...who) {
        const block = take.apply(this, who);
        if (block !== undefined) ledger.#onTaken(this, block);
        return block;
      }),
      vi.spyOn(BlockPool.prototype, 'takeLarge').mockImplementation(function (this: BlockPool) {
        const block = takeLarge.call(this);
        if (block !== undefined) ledger.#onTaken(this, block);
        return block;
      }),
      vi.spyOn(BlockPool.prototype, 'give').mockImplementation(function (this: BlockPool, block) {
        ledger.#onGiven(this, block);
        give.call(this, block);
      }),
    ];
    this.#stop = () => {
      for (const spy of spies) spy.mockRestore();
    };
  }

  /** How many blocks are taken in all. */
  get taken(): number {
    return [...this.#taken.values()].reduce((sum, { size }) => sum + size, 0);
  }

  stop(): void {
    this.#stop();
  }

  #onTaken(pool: BlockPool, block: Block): void {
    const taken = this.#taken.get(pool) ?? new Set();
    this.#taken.set(pool, taken);
    if (taken.has(block)) throw new Error('a block was taken that somebody has');
    taken.add(block);
    const bytes = [...taken].reduce((sum, { bytes }) => sum + bytes.length, 0);
    if (pool.used !== bytes) throw new Error('the pool miscounts');
    for (let at = 0; at < block.bytes.length; at += BLOCK_SIZE) {
      const piece = block.bytes.subarray(at, at + BLOCK_SIZE);
      const isClean = CLEAN.some((clean) => Buffer.compare(piece, clean) === 0);
      if (!isClean) throw new Error('a block was written after it was given back');
    }
  }

  #onGiven(pool: BlockPool, block: Block): void {
    if (this.#taken.get(pool)?.delete(block) !== true) throw new Error('nobody has this block');
    block.bytes.fill(POISON);
  }
}

const POISON = 0xdd;
/** What is in a small block, or in a piece of a large one, that nobody has: nothing since it was given back, or ever. */
const CLEAN = [new Uint8Array(BLOCK_SIZE).fill(POISON), new Uint8Array(BLOCK_SIZE)];
