/** The file that a training is kept in. */
import { Corr2dError } from "@corr2d/core";
import { loadCheckpoint, saveCheckpoint } from "@corr2d/io/node";
import type { ImageKind } from "../../chapter/lenet.ts";
import { MODELS } from "../../train/models.ts";
import type { TrainState } from "../../train/training.ts";
import { reasonOf } from "../failure.ts";
import { CommandError } from "../usage-error.ts";

/** Beside the state: what the images were. */
export interface SavedTraining extends TrainState {
  readonly kind: "corr2d demo train";
  readonly data: {
    readonly name: string;
    readonly classes: readonly string[];
    readonly kind: ImageKind;
    /** How many. */
    readonly images: readonly [train: number, test: number];
  };
}

/** @throws CommandError when the file cannot be written. */
export async function save(path: string, training: SavedTraining): Promise<void> {
  try {
    await saveCheckpoint(path, training);
  } catch (error) {
    throw new CommandError(`${path} cannot be written: ${reasonOf(error)}`, { cause: error });
  }
}

/**
 * Loads a training to the current backend.
 * @returns also in what the place differs where it was saved, if in anything: then it does not go on bit for bit.
 * @throws CommandError for a file that is missing, damaged or of another kind.
 */
export async function load(path: string): Promise<{ saved: SavedTraining; remark: string | null }> {
  const read = async (strict: boolean): Promise<Partial<SavedTraining>> =>
    loadCheckpoint<Partial<SavedTraining>>(path, { strict });
  let [saved, remark]: [Partial<SavedTraining>, string | null] = [{}, null];
  try {
    saved = await read(true);
  } catch (error) {
    if (!Corr2dError.isInstance(error) || error.code !== "BACKEND_MISMATCH") throw unreadable(path, error);
    remark = error.message.replace(/: training goes on.*/, "");
    saved = await read(false);
  }
  const isOurs =
    saved.kind === "corr2d demo train" &&
    Object.hasOwn(MODELS, saved.settings?.model ?? "") &&
    Array.isArray(saved.history) &&
    Array.isArray(saved.data?.images) &&
    typeof saved.data.kind?.height === "number";
  if (!isOurs) throw new CommandError(`${path} holds no training of demo train`);
  return { saved: saved as SavedTraining, remark };
}

const unreadable = (path: string, error: unknown): CommandError =>
  new CommandError(`${path} cannot be read: ${reasonOf(error)}`, { cause: error });
