/** The page's side, for a process of its own. */
export { connect } from "../../src/index.ts";
