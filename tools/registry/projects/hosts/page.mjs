/** In a page: sends what came of the training to the server that the page is from. */
import { trainBoth } from "../dist/both.js";

const result = await trainBoth({ threads: 2 }).catch((error) => ({ error: String(error?.stack ?? error) }));
await fetch("/outcome", { method: "POST", body: JSON.stringify(result) });
