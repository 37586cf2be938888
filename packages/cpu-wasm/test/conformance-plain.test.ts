import { strictConformance } from "./strict-conformance.ts";

strictConformance("plain", 1);
strictConformance("plain", 2);
