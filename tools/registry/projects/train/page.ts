/** The program in a browser: leaves the outcome, or the error, where a test can find it. */
import { type Outcome, train } from "./train.js";

const page = globalThis as { outcome?: Outcome | { readonly error: string } };

try {
  page.outcome = await train({ threads: 2 });
} catch (error) {
  page.outcome = { error: String(error) };
}
