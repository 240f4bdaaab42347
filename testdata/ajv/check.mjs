// Reads a manifest as JSON from standard input and prints what Slack's schema,
// the first argument, finds wrong with it.
import { readFileSync } from "node:fs";
import Ajv from "ajv";

const schema = JSON.parse(readFileSync(process.argv[2], "utf8"));
const manifest = JSON.parse(readFileSync(0, "utf8"));
const validate = new Ajv({ strict: false, allErrors: true, logger: false }).compile(schema);
if (!validate(manifest)) {
  for (const e of validate.errors) console.log(`${e.instancePath || "/"} ${e.message} ${JSON.stringify(e.params)}`);
  process.exit(1);
}
