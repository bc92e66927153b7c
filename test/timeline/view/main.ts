// The page's script: reads the data, draws the lanes, and moves through them. Everything it shows is set as text.
import type { PageData } from "../page.ts";
import { View } from "./view.ts";

const data = JSON.parse(document.getElementById("data")?.textContent ?? "") as PageData;
const root = document.getElementById("view");
if (root !== null) new View(root, data).start();
