// Tool: how similar two sentences are.

import { Tool, advise, bar, element } from "./tool.js";
import { cosine } from "./model.js";

export function similarTool(section, format) {
  const [one, other] = section.querySelectorAll("textarea");
  const results = section.querySelector(".results");

  async function answer(model) {
    if (!one.value.trim() || !other.value.trim()) return advise(results, format.text("blank"));
    const similarity = cosine(await model.embed(one.value), await model.embed(other.value));
    results.replaceChildren(bar(similarity), element("strong", "number", format.decimal(similarity)));
    return `${format.text("similarity")} ${format.decimal(similarity)}`;
  }

  return new Tool(section, { answer, format });
}
