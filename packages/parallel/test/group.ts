/** Jobs whose ranks all run in the test's own thread. */
import { type Collective, type CollectiveOptions, collectiveOver, type Transport } from "../src/index.ts";
import { type Link, makeJob } from "../src/threads/job.ts";
import { ThreadTransport } from "../src/threads/transport.ts";

const LINK: Link = { delaySeconds: 0, bytesPerSecond: Infinity };

/** A limit for what hangs, not for what is slow. */
const PATIENT = 60;

export function transports(size: number, link: Link = LINK): Transport[] {
  const job = makeJob(size, PATIENT, link);
  return Array.from({ length: size }, (_, rank) => {
    const transport = new ThreadTransport(job, rank);
    // One thread cannot wait for itself.
    Object.defineProperty(transport, "exchangeSync", { value: undefined });
    return transport;
  });
}

export function group(
  size: number,
  options: CollectiveOptions & {
    readonly link?: Link;
    readonly change?: (transport: Transport) => Transport;
  } = {},
): Collective[] {
  const { link, change = (transport) => transport, timeoutSeconds = PATIENT } = options;
  return transports(size, link).map((transport) => collectiveOver(change(transport), { timeoutSeconds }));
}

/** Runs the same on every rank; gives all results, or the first failure after all have settled. */
export async function onAll<T>(
  ranks: readonly Collective[],
  run: (collective: Collective) => Promise<T>,
): Promise<T[]> {
  const settled = await Promise.allSettled(ranks.map(run));
  return settled.map((one) => {
    if (one.status === "rejected") throw one.reason;
    return one.value;
  });
}

/** What each rank rejects with. */
export async function failures(
  ranks: readonly Collective[],
  run: (collective: Collective) => Promise<unknown>,
): Promise<unknown[]> {
  const settled = await Promise.allSettled(ranks.map(run));
  return settled.map((one) => (one.status === "rejected" ? one.reason : null));
}
