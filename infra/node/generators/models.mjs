// Writes a TypeScript type for each frame and event of an AsyncAPI file into a directory.
//
//     node models.mjs asyncapi.yaml DIRECTORY
import { TypeScriptFileGenerator } from "@asyncapi/modelina";
import { Parser, fromFile } from "@asyncapi/parser";

const [, , file, directory] = process.argv;
const { document } = await fromFile(new Parser(), file).parse();
// The fields have their names of JSON.
const generator = new TypeScriptFileGenerator({ modelType: "interface", enumType: "union", rawPropertyNames: true });
const models = await generator.generateToFiles(document, directory, { exportType: "named" }, true);
console.log(`${file}: ${models.length} models`);
