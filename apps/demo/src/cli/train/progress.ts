/** How training is followed: a bar that is drawn over for a person, plain lines for a file or a pipe. */
import type { EpochResult, StepResult } from "../../train/training.ts";
import { type Page, percent } from "../page.ts";
import type { Terminal } from "../terminal.ts";

const BAR = 20;
/** Between two drawings, in milliseconds. */
const DRAW_MS = 100;
/** Between two plain lines within an epoch. */
const LINE_MS = 30_000;

/** 75 is "1:15". */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  const two = (value: number): string => String(value).padStart(2, "0");
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

export class Progress {
  readonly #terminal: Terminal;
  readonly #page: Page;
  readonly #epochs: number;
  readonly #imagesPerEpoch: number;
  #start = 0;
  #firstImage = 0;
  #shown = 0;
  #isDrawn = false;
  #epoch = 0;
  /** Of the recent steps: one alone says little. */
  #loss = 0;

  constructor(terminal: Terminal, page: Page, epochs: number, imagesPerEpoch: number) {
    this.#terminal = terminal;
    this.#page = page;
    this.#epochs = epochs;
    this.#imagesPerEpoch = imagesPerEpoch;
  }

  step({ epoch, images, loss, accuracy }: StepResult): void {
    const now = performance.now();
    if (epoch !== this.#epoch) {
      this.#epoch = epoch;
      this.#start = now;
      this.#firstImage = images;
      this.#shown = now;
      this.#loss = loss;
    }
    this.#loss += 0.05 * (loss - this.#loss);
    const isLive = this.#terminal.isTTY;
    if (now - this.#shown < (isLive ? DRAW_MS : LINE_MS)) return;
    this.#shown = now;
    const perSecond = (1000 * (images - this.#firstImage)) / (now - this.#start);
    const left = this.#imagesPerEpoch - images + (this.#epochs - epoch) * this.#imagesPerEpoch;
    const parts = [
      `epoch ${epoch}/${this.#epochs}`,
      `loss ${this.#loss.toFixed(3)}`,
      percent(accuracy),
      `${Math.round(perSecond)} images/s`,
      `${clock(left / perSecond)} left`,
    ];
    if (!isLive) {
      this.#terminal.out(`${parts.join("  ")}\n`);
      return;
    }
    // What has no room is left out whole: half a number says another one.
    const room = this.#terminal.columns - 1;
    const widthOf = (shown: readonly string[]): number => shown.join("  ").length;
    while (parts.length > 1 && widthOf(parts) > room) parts.pop();
    const length = Math.max(0, Math.min(BAR, room - widthOf(parts) - 1));
    const done = Math.round((length * images) / this.#imagesPerEpoch);
    const bar = this.#page.paint.cyan("█".repeat(done)) + this.#page.paint.dim("░".repeat(length - done));
    this.#terminal.out(`\r\u001b[K${bar}${length > 0 ? " " : ""}${parts.join("  ")}`);
    this.#isDrawn = true;
  }

  epoch({ epoch, trainLoss, trainAccuracy, testAccuracy, seconds }: EpochResult): void {
    this.clear();
    const number = String(epoch).padStart(String(this.#epochs).length);
    this.#terminal.out(
      `epoch ${number}/${this.#epochs}  loss ${trainLoss.toFixed(3)}  train ${percent(trainAccuracy)}  ` +
        `test ${percent(testAccuracy)}  ${seconds.toFixed(1)} s\n`,
    );
  }

  /** Takes the bar away. */
  clear(): void {
    if (this.#isDrawn) this.#terminal.out("\r\u001b[K");
    this.#isDrawn = false;
  }
}
