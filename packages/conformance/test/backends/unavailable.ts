/** A backend that cannot run anywhere. */
import { Corr2dError } from "@corr2d/core";

// biome-ignore lint/style/noDefaultExport: a backend module's default export is its factory
export default function unavailable(): never {
  throw new Corr2dError("BACKEND_UNAVAILABLE", "this backend needs a quantum computer");
}
