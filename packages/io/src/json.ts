/**
 * JSON from a file that nobody vouches for: `JSON.parse` takes the last of several equal keys, and any depth. Both are refused
 * here, before anything is made of the text.
 */

/** The position behind the string that begins at `start`, or the text's end. */
function endOfString(text: string, start: number): number {
  for (let i = start + 1; i < text.length; i++) {
    const letter = text[i];
    if (letter === "\\") i++;
    else if (letter === '"') return i + 1;
  }
  return text.length;
}

/** @throws Error for a text that opens more than `depth` brackets, or has a key twice in one object. */
function checkForm(text: string, depth: number): void {
  /** The keys of each open object; null for an array. */
  const open: (Set<string> | null)[] = [];
  let last = "";
  for (let i = 0; i < text.length; i++) {
    switch (text[i]) {
      case '"': {
        const end = endOfString(text, i);
        last = text.slice(i, end);
        i = end - 1;
        break;
      }
      case "{":
      case "[":
        if (open.length === depth) throw new Error(`it is more than ${depth} brackets deep`);
        open.push(text[i] === "{" ? new Set() : null);
        break;
      case "}":
      case "]":
        open.pop();
        break;
      case ":": {
        const keys = open.at(-1);
        const key: string = JSON.parse(last);
        if (keys?.has(key)) throw new Error(`it has the key ${last} twice`);
        keys?.add(key);
      }
    }
  }
}

/**
 * @param depth how many brackets may be open at once.
 * @throws Error saying what is wrong with the text.
 */
export function parseJson(text: string, depth: number): unknown {
  checkForm(text, depth);
  return JSON.parse(text);
}
