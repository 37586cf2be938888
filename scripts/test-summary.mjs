// Prints what failed, and why, then "N passed, N failed[, N skipped]", summed over every package's
// test-results/vitest.json, as its last line. Fails when a test failed, when none ran, or when a package that has tests left no result.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const packages = [
  ...["packages", "apps", "docs/examples", "tools"].flatMap((folder) =>
    readdirSync(join(root, folder)).map((name) => join(folder, name)),
  ),
  "docs/site",
  "benchmarks",
].filter((folder) => existsSync(join(root, folder, "package.json")));

/** What a log of many thousand lines hides. */
function report(folder, where, why) {
  const lines = why.split("\n").slice(0, 12);
  console.error([`FAILED ${folder}: ${where.replace(`${root}/`, "")}`, ...lines].join("\n    "));
}

const total = { passed: 0, failed: 0, skipped: 0 };
const problems = [];

for (const folder of packages) {
  const testFolder = join(root, folder, "test");
  const hasTests =
    existsSync(testFolder) &&
    readdirSync(testFolder, { recursive: true }).some((file) => file.endsWith(".test.ts"));
  const resultFile = join(root, folder, "test-results", "vitest.json");
  if (!existsSync(resultFile)) {
    if (hasTests) problems.push(`${folder} has tests but left no result`);
    continue;
  }

  const result = JSON.parse(readFileSync(resultFile, "utf8"));
  if (hasTests && result.numTotalTests === 0) problems.push(`${folder} has tests but ran none`);
  // A file that fails outside any test (a failed import, say) counts as one failed test.
  let failed = 0;
  for (const file of result.testResults) {
    const tests = file.assertionResults.filter((test) => test.status === "failed");
    for (const test of tests)
      report(folder, `${file.name} > ${test.fullName}`, test.failureMessages.join("\n"));
    const isBroken = file.status === "failed" && tests.length === 0;
    if (isBroken) report(folder, file.name, file.message);
    failed += isBroken ? 1 : tests.length;
  }
  if (!result.success && failed === 0) problems.push(`${folder} failed outside its tests`);
  total.passed += result.numPassedTests;
  total.failed += failed;
  total.skipped += result.numPendingTests + result.numTodoTests;
}

if (total.passed + total.failed === 0) problems.push("no test ran");
for (const problem of problems) console.error(`test-summary: ${problem}`);
console.log(
  `${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ""}`,
);
process.exitCode = problems.length > 0 || total.failed > 0 ? 1 : 0;
