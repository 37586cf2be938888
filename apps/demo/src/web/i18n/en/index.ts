/** English, the dictionary that gives the type. Exercises have their own, loaded with their tab. */
import { backends } from "./backends.ts";
import { edges } from "./edges.ts";
import { errors } from "./errors.ts";
import { frame } from "./frame.ts";
import { learn } from "./learn.ts";
import { shell } from "./shell.ts";
import { slide } from "./slide.ts";

export const en = { shell, frame, errors, slide, edges, learn, backends };
