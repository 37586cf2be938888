/** 简体中文。条目与英文词典一一对应，由类型检查保证。 */
import type { Messages } from "../index.ts";
import { backends } from "./backends.ts";
import { edges } from "./edges.ts";
import { errors } from "./errors.ts";
import { frame } from "./frame.ts";
import { learn } from "./learn.ts";
import { shell } from "./shell.ts";
import { slide } from "./slide.ts";

export const zh: Messages = { shell, frame, errors, slide, edges, learn, backends };
