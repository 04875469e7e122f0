// Parses an AsyncAPI file, and fails on an error or a warning.
import { Parser, fromFile } from "@asyncapi/parser";

const { diagnostics } = await fromFile(new Parser(), process.argv[2]).parse();
const grave = diagnostics.filter(({ severity }) => severity <= 1);
for (const { message, path } of grave) console.error(`${path.join(".")}: ${message}`);
console.log(`${process.argv[2]}: ${grave.length} errors and warnings`);
process.exit(grave.length === 0 ? 0 : 1);
