import { conformance } from "@corr2d/conformance/vitest";
import lateBackend from "../dist/late-backend/backend.js";

// What is not there is meant: nobody can read at once what another thread still computes.
conformance(lateBackend, { strict: { allow: ["syncRead"] } });
