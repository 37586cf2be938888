// Threads change no bit (bit-identity.test.ts): the plain build runs the suite with both.
import { enableRelaxedSimd } from "./relaxed-simd.ts";
import { strictConformance } from "./strict-conformance.ts";

enableRelaxedSimd();
strictConformance("relaxed", 2);
