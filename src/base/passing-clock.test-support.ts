import { AdvancingClock } from './clock.ts'

/** The machine's clock goes on past the claims of a process that died. */
export class PassingClock extends AdvancingClock {
  #passed = 0
  pass(milliseconds: number): void {
    this.#passed += milliseconds
  }
  override real(): number {
    return super.real() + this.#passed
  }
}
