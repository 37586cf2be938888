/**
 * The ways a command ends badly. A command line that cannot be understood is the user's to correct (exit code 2); a
 * thing that was understood and could not be done (a missing file, a backend that cannot start) is exit code 1; a
 * reader who left is no error, and ends the command quietly. Everything else that is thrown is a bug: failure.ts.
 */

/** The command line asks for something that does not exist. The message says what is allowed. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** What was asked for could not be done. The message says why, and what would help. */
export class CommandError extends Error {
  override readonly name = "CommandError";
}

/** Nobody reads standard output any more (`demo | head`). */
export class OutputClosed extends Error {
  override readonly name = "OutputClosed";
}
