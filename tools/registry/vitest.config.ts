import { mergeConfig } from "vitest/config";
import shared from "../../vitest.shared.ts";

export default mergeConfig(shared, {
  test: { globalSetup: "test/publish.ts", testTimeout: 900_000 },
});
