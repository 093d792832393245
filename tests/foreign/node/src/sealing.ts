/** Seals or opens one enclosure: JSON comes in and goes out. */

import { text } from "node:stream/consumers";
import { open, seal } from "./enclosure.js";

const told = JSON.parse(await text(process.stdin));
const result = process.argv[2] === "seal" ? await seal(told.content, told.belongs, told.keys) : await open(told.enclosure, told.belongs.subject, told.keys);
console.log(JSON.stringify(result));
