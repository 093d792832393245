// Says as JSON what the AsyncAPI parser makes of the document on standard input: its diagnostics, and what it found in it.
import { readFileSync } from "node:fs";
import { Parser } from "@asyncapi/parser";

const { document, diagnostics } = await new Parser().parse(readFileSync(0, "utf8"));
const names = (all) => all.map((each) => each.id());
process.stdout.write(
  JSON.stringify({
    diagnostics: diagnostics.map(({ code, message, path, severity }) => ({ code, message, path: path.join("."), severity })),
    channels: document ? names(document.allChannels().all()) : [],
    operations: document ? names(document.allOperations().all()) : [],
    messages: document ? [...new Set(document.allMessages().all().map((each) => each.name()))] : [],
  }),
);
