import { strictConformance } from "./strict-conformance.ts";

strictConformance("plain");
