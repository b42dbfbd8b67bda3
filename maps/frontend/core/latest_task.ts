/* Runs a task once at a time. */

/** A task that reads current values when it starts: while it runs, any number of calls start it once more at its end. */
export class LatestTask {
  readonly #task: () => Promise<void>;
  #isRunning = false;
  #isOutdated = false;

  constructor(task: () => Promise<void>) {
    this.#task = task;
  }

  /** Whether the task runs, or will run again. */
  get isRunning(): boolean {
    return this.#isRunning;
  }

  /** Starts the task, or has it run again. Returns when no run is left; throws what the last one threw. */
  async run(): Promise<void> {
    this.#isOutdated = true;
    if (this.#isRunning) return;
    this.#isRunning = true;
    try {
      while (this.#isOutdated) {
        this.#isOutdated = false;
        await this.#task().catch((error: unknown) => {
          if (!this.#isOutdated) throw error;
        });
      }
    } finally {
      this.#isRunning = false;
    }
  }
}
