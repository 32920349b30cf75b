// The page: loads the chosen model and hands it to the three tools.

import { fillTool } from "./fill.js";
import { Language } from "./language.js";
import { Model } from "./model.js";
import { searchTool } from "./search.js";
import { similarTool } from "./similar.js";

const find = (id) => document.getElementById(id);
const language = new Language();
const tools = [
  fillTool(find("fill"), language),
  similarTool(find("similar"), language),
  searchTool(find("search"), language),
];
const choice = find("model");
const status = find("status");
const loaded = new Map(); // promises of models, by folder
let describe = () => language.text("loading"); // what the status line says, in the language of the moment

function show(description) {
  describe = description;
  status.textContent = describe();
}

async function use({ folder, bytes }) {
  show(() => language.text("loading"));
  for (const tool of tools) tool.busy(true);
  const start = performance.now();
  if (!loaded.has(folder)) loaded.set(folder, Model.load(folder));
  try {
    const model = await loaded.get(folder);
    const time = Math.round(performance.now() - start);
    if (choice.value !== folder) return; // the visitor has chosen another one meanwhile, here or below
    show(() => language.text("loaded", { size: language.decimal(bytes / 1e6, 1), time: language.decimal(time, 0) }));
    for (const tool of tools) {
      if (choice.value === folder) await tool.use(model); // one after another, so that each shows its own time
    }
  } catch (error) {
    loaded.delete(folder);
    if (choice.value !== folder) return;
    for (const tool of tools) tool.busy(false);
    show(() => `${language.text("failed")} (${error.message})`);
  }
}

find("language").addEventListener("click", async () => {
  language.switch();
  show(describe);
  for (const tool of tools) await tool.run();
});

language.apply();
show(describe);
const models = await (await fetch("models.json")).json();
choice.append(...models.map(({ name, folder }) => new Option(name, folder)));
choice.addEventListener("change", () => use(models.find(({ folder }) => folder === choice.value)));
await use(models[0]);
