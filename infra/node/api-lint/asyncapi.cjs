// Parses an AsyncAPI file, and fails on an error or a warning.
const { Parser, fromFile } = require("@asyncapi/parser");

const WARNING = 1;

async function main(file) {
  const { diagnostics } = await fromFile(new Parser(), file).parse();
  const grave = diagnostics.filter(({ severity }) => severity <= WARNING);
  for (const { message, path } of grave) console.error(`${path.join(".")}: ${message}`);
  console.log(`${file}: ${grave.length} errors and warnings`);
  process.exitCode = grave.length === 0 ? 0 : 1;
}

main(process.argv[2]);
