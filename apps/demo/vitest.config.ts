import { mergeConfig } from "vitest/config";
import shared from "../../vitest.shared.ts";

const { include: _, ...test } = shared.test ?? {};

// The page's tests share a build and a browser, which the command line's do without.
export default mergeConfig(
  { ...shared, test },
  {
    test: {
      projects: [
        { extends: true, test: { name: "command line", include: ["test/*.test.ts"] } },
        {
          extends: true,
          test: { name: "page", include: ["test/web/*.test.ts"], globalSetup: "test/web/global-setup.ts" },
        },
      ],
    },
  },
);
