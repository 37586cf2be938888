import { mergeConfig, type ViteUserConfig } from "vitest/config";
import shared from "../../vitest.shared.ts";

// Starting worker threads, and processes, takes a while on a loaded machine.
const config: ViteUserConfig = mergeConfig(shared, { test: { testTimeout: 60_000 } });

export default config;
