/** What is remembered about one group. */
export interface Group<Address> {
  readonly address: Address;
  /** How many joined it and did not leave; with 0 it is only remembered for telling so. */
  members: number;
  /** How often others are still to be told that it was joined or left, and when next. */
  changes: number;
  changeAt: number;
  /** When a query about it is answered, in monotonic milliseconds. */
  answerAt: number;
  /** The sources that were asked about; none stand for all. */
  asked: readonly Address[];
  /** In older versions: nobody but us reported it last, so nobody but us can say that it is left. */
  isOurs: boolean;
}

/** The groups that we are or were just members of, bounded in number. */
export class Groups<Address> {
  readonly #capacity: number;
  readonly #byAddress = new Map<Address, Group<Address>>();

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  find(address: Address): Group<Address> | undefined {
    return this.#byAddress.get(address);
  }

  /** The group, which may be new; `undefined` when there is no room for it. */
  provide(address: Address): Group<Address> | undefined {
    const known = this.#byAddress.get(address);
    if (known !== undefined || this.#byAddress.size >= this.#capacity) return known;
    const group: Group<Address> = {
      address,
      members: 0,
      changes: 0,
      changeAt: Number.POSITIVE_INFINITY,
      answerAt: Number.POSITIVE_INFINITY,
      asked: [],
      isOurs: false,
    };
    this.#byAddress.set(address, group);
    return group;
  }

  remove({ address }: Group<Address>): void {
    this.#byAddress.delete(address);
  }

  all(): Iterable<Group<Address>> {
    return this.#byAddress.values();
  }
}
