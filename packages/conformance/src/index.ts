/** The public names of `@corr2d/conformance`. */
export type { BackendFactory, Case, Context, Member } from "./case.ts";
export { cases } from "./cases/index.ts";
export { compareTraining } from "./cross-backend.ts";
export { type BackendReport, comparisonTable, matrixMarkdown, type Result } from "./report.ts";
export { runCase } from "./run-case.ts";
export { type StrictBackend, strict } from "./strict.ts";
export {
  createSuite,
  type Entry,
  type KnownFailure,
  type Outcome,
  type StrictMode,
  type Suite,
  type SuiteOptions,
} from "./suite.ts";
