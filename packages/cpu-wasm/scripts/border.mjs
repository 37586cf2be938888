// What both sides of the JavaScript border know, from assembly/border.ts, as a TypeScript module: numbers, and an object
// of them for each enumeration, whose names are camelCase.
import { compile } from "./compile.mjs";

const camelCase = (name) => name.toLowerCase().replace(/_(.)/g, (_, letter) => letter.toUpperCase());

export async function borderSource() {
  const { bytes } = await compile("assembly/border.ts", ["--optimizeLevel", "0"]);
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes));
  const lines = [];
  const enumerations = new Map();
  for (const [name, global] of Object.entries(exports)) {
    if (!(global instanceof WebAssembly.Global)) continue;
    const [first, member] = name.split(".");
    if (member === undefined) lines.push(`export const ${name} = ${global.value};`);
    else if (enumerations.has(first)) enumerations.get(first).push([member, global.value]);
    else enumerations.set(first, [[member, global.value]]);
  }
  for (const [name, members] of enumerations) {
    const entries = members.map(([member, value]) => `  ${camelCase(member)}: ${value},`);
    lines.push(`export const ${name} = {`, ...entries, "} as const;");
  }
  return `${lines.join("\n")}\n`;
}
