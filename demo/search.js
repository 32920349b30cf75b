// Tool: the lines of a list by their similarity to a query.

import { Tool, advise, bar, element } from "./tool.js";
import { cosine } from "./model.js";

const PATIENCE = 30; // milliseconds of work before the browser may draw and take keys
const SHOWN = 5; // lines

export function searchTool(section, format) {
  const query = section.querySelector("input");
  const list = section.querySelector("textarea");
  const results = section.querySelector(".results");
  const known = new WeakMap(); // of each model, the vectors of the lines that the list holds

  async function answer(model) {
    const lines = [...new Set(list.value.split("\n").map((line) => line.trim()).filter(Boolean))];
    if (!query.value.trim() || !lines.length) return advise(results, format.text("blank"));
    const vectors = await embed(model, lines);
    const wanted = await model.embed(query.value);
    const found = lines.map((line) => ({ line, similarity: cosine(wanted, vectors.get(line)) }));
    found.sort((one, other) => other.similarity - one.similarity);
    const best = found.slice(0, SHOWN);
    results.replaceChildren(...best.map(row));
    return `${best[0].line} ${format.decimal(best[0].similarity)}`;
  }

  // Vectors by line. Lines that an earlier answer saw are not embedded again.
  async function embed(model, lines) {
    const before = known.get(model) ?? new Map();
    const vectors = new Map();
    let pause = performance.now() + PATIENCE;
    for (const line of lines) {
      vectors.set(line, before.get(line) ?? (await model.embed(line)));
      if (performance.now() > pause) {
        await new Promise((resolve) => setTimeout(resolve));
        pause = performance.now() + PATIENCE;
      }
    }
    known.set(model, vectors);
    return vectors;
  }

  function row({ line, similarity }) {
    const number = element("span", "number", format.decimal(similarity));
    return element("li", "", element("span", "line", line), bar(similarity), number);
  }

  return new Tool(section, { answer, format });
}
