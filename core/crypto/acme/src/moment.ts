/** Both clocks of a system: what is to outlive a restart is counted by the wall's, pauses by the other one. Milliseconds. */
export interface Moment {
  readonly monotonic: number;
  readonly wall: number;
}
