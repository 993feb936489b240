// Prints, for each QTI 2.1 item of a JSON file {name: xml}, what qti-convert makes of it in QTI 3.
import { readFileSync } from "node:fs";
import { convertQti2toQti3 } from "@citolab/qti-convert/qti-convert-node";
const items = JSON.parse(readFileSync(process.argv[2], "utf8"));
const found = {};
for (const [name, xml] of Object.entries(items)) found[name] = await convertQti2toQti3(xml);
console.log(JSON.stringify(found));
