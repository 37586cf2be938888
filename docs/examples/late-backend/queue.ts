/**
 * What waits between the caller and the worker. The requests themselves wait in the worker's inbox, in the order of the
 * calls; kept here is what has to be known of them: how many bytes they hold, and who waits for an answer.
 */
import { Corr2dError, type ErrorCode, type TypedArray } from "@corr2d/core";
import type { Answer, Offer, Question, Run, Upload } from "./messages.ts";
import { startThread } from "./thread.ts";

/** What a request takes in the inbox beside its data, about. */
const REQUEST_BYTES = 1024;

interface Waiting {
  /** What had been posted when the question was. */
  readonly posted: number;
  resolve(data: TypedArray | undefined): void;
  reject(error: Corr2dError): void;
}

export interface Queue {
  readonly offer: Offer;
  /**
   * Posts a request whose results, or data, take `bytes`.
   * @throws OUT_OF_MEMORY when too much waits; BACKEND_CLOSED or WORKER_LOST when the queue has ended.
   */
  add(request: Upload | Run, bytes: number): void;
  /** Posts the release of a value. It waits its turn like everything else; after the end it does nothing. */
  free(id: number): void;
  /** Asks the worker, and keeps the process alive until it answers. Rejects when the queue ends first. */
  ask(question: Question): Promise<TypedArray | undefined>;
  queuedBytes(): number;
  isOpen(): boolean;
  /** From now on everything fails with this code: what waits, and what comes. */
  end(code: ErrorCode, message: string): Promise<void>;
}

/** Starts the worker, with a queue that holds at most `limit` bytes. */
export async function openQueue(limit: number): Promise<Queue> {
  const waiting = new Map<number, Waiting>();
  let posted = 0; // bytes since the beginning; so are the next two
  let done = 0;
  let marked = 0;
  let tickets = 0;
  let failure: (() => Corr2dError) | null = null;

  const answered = ({ ticket, data, failure: failed }: Answer): void => {
    const asker = waiting.get(ticket);
    if (asker === undefined) return; // The queue ended meanwhile.
    waiting.delete(ticket);
    if (waiting.size === 0) thread.hold(false);
    done = Math.max(done, asker.posted); // The worker works in order: all before the question is done.
    if (failed === undefined) asker.resolve(data);
    else asker.reject(new Corr2dError(failed.code, failed.message, failed.details));
  };

  const ask = (question: Question): Promise<TypedArray | undefined> =>
    new Promise((resolve, reject) => {
      if (failure !== null) throw failure();
      marked = posted;
      const ticket = tickets++;
      thread.post({ ...question, ticket });
      thread.hold(true);
      waiting.set(ticket, { posted, resolve, reject });
    });

  const end = async (code: ErrorCode, message: string): Promise<void> => {
    failure = () => new Corr2dError(code, message);
    for (const { reject } of waiting.values()) reject(failure());
    waiting.clear();
    await thread.stop();
  };

  const [thread, offer] = await startThread(answered, (why) => {
    if (failure === null) void end("WORKER_LOST", `late: the worker is lost (${why}); make a new backend`);
  });

  return {
    offer,
    ask,
    end,
    add(request, resultBytes) {
      if (failure !== null) throw failure();
      const bytes = resultBytes + REQUEST_BYTES;
      if (posted > done && posted + bytes - done > limit) {
        throw new Corr2dError(
          "OUT_OF_MEMORY",
          `late: ${posted - done} bytes wait for the worker, and ${request.kind === "run" ? request.name : "upload"} asks ` +
            `for ${bytes} more; the limit is ${limit}. Await synchronize(), or a read, now and then; a step that cannot, ` +
            "inside of scope(), needs a backend made with more queueBytes.",
        );
      }
      thread.post(request, request.kind === "upload" ? [request.data.buffer as ArrayBuffer] : []);
      posted += bytes;
      // Who awaits something else now and then need not ask: the queue asks for itself.
      if (posted - marked > limit / 4) ask({ kind: "settled" }).catch(() => {});
    },
    free(id) {
      if (failure === null) thread.post({ kind: "free", id });
    },
    queuedBytes: () => (failure === null ? posted - done : 0),
    isOpen: () => failure === null,
  };
}
