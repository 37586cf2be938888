/**
 * The two ways a command ends badly. A command line that cannot be understood is the user's to correct (exit code
 * 2); a thing that was understood and could not be done (a missing file, a backend that cannot start) is exit code 1.
 * Everything else that is thrown is a bug, and shows its stack.
 */

/** The command line asks for something that does not exist. The message says what is allowed. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** What was asked for could not be done. The message says why, and what would help. */
export class CommandError extends Error {
  override readonly name = "CommandError";
}
