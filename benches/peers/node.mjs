// A pipeline as one writes it on Node: lines are parsed, checked by ajv that was compiled once, put into envelopes, written.
//
//   node node.mjs sync RECORDS SCHEMAS OUTPUT           that
//   node node.mjs verify CONFIGURATION SCHEMA SCHEMAS   loads what a sync needs, and checks a configuration
import { createWriteStream, readFileSync, readdirSync } from "node:fs";
import { once } from "node:events";
import { randomUUID } from "node:crypto";
import Ajv from "ajv";
import Ajv2020 from "ajv/dist/2020.js";
import addFormats from "ajv-formats";

const FIRST = 100_000_000;
const SITE = "https://incidents.example.com";
// The stream is asked to write when so much has come together; smaller pieces were slower.
const PIECE = 256 * 1024;

const readJson = (path) => JSON.parse(readFileSync(path, "utf8"));

// The record schemas have annotations of their own (`x-...`), which strict mode refuses.
function recordChecker(folder) {
  const ajv = addFormats(new Ajv({ strict: false }));
  for (const file of readdirSync(folder)) ajv.addSchema(readJson(`${folder}/${file}`));
  return ajv.getSchema("https://platform.codeclimate.com/schemas/incident");
}

// What a source would send: the bytes of benches/connector.
const line = (number) =>
  `{"_type":"Incident","id":"INC${number}","self":"${SITE}/api/${number}",` +
  `"title":"Disk of db-primary-1 is 91 % full and fills in an hour",` +
  `"htmlUrl":"${SITE}/accounts/acme/incidents/${number}","number":${number},"status":"resolved",` +
  `"createdAt":"2020-02-21T12:00:00Z","updatedAt":"2020-02-21T13:37:42Z"}`;

async function sync(records, schemas, output) {
  const valid = recordChecker(schemas);
  const out = createWriteStream(output);
  const head = `{"run":${JSON.stringify(randomUUID())},"sequence":`;
  const middle = `,"connector":{"slug":"bench","version":"0.1.0"},"stream":"s","extractedAt":"`;
  let piece = "";
  for (let sequence = 0; sequence < records; sequence++) {
    const text = line(FIRST + sequence);
    if (!valid(JSON.parse(text))) throw new Error(JSON.stringify(valid.errors));
    // Around the text, as ours does it: `JSON.stringify` of the whole envelope takes longer.
    piece += `${head}${sequence}${middle}${new Date().toISOString()}","record":${text}}\n`;
    if (piece.length >= PIECE) {
      if (!out.write(piece)) await once(out, "drain");
      piece = "";
    }
  }
  out.end(piece);
  await once(out, "close");
}

function verify(configuration, schema, schemas) {
  recordChecker(schemas);
  const valid = addFormats(new Ajv2020({ strict: false, logger: false })).compile(readJson(schema));
  const isValid = valid(readJson(configuration));
  console.log(JSON.stringify({ isValid, errorMessages: (valid.errors ?? []).map((error) => error.message) }));
}

const [verb, ...words] = process.argv.slice(2);
if (verb === "sync") await sync(Number(words[0]), words[1], words[2]);
else if (verb === "verify") verify(...words);
else throw new Error(`unknown verb ${verb}`);
