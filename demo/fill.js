// Tool: the five most probable words for each gap in a sentence.

import { Tool, advise, bar, element } from "./tool.js";

const GAP = /_{2,}|\[mask\]/gi;

export function fillTool(section, format) {
  const text = section.querySelector("textarea");
  const results = section.querySelector(".results");

  async function answer(model) {
    const gaps = await model.fill(text.value.replace(GAP, "[MASK]"));
    if (!gaps.length) return advise(results, format.text(text.value.search(GAP) < 0 ? "noGap" : "gapTooLate"));
    results.replaceChildren(...gaps.map(list));
    return gaps.map((words) => words.map(spoken).join(", ")).join("; ");
  }

  const spoken = ({ piece, probability }) => `${piece} ${format.percent(probability)}`;

  function list(words) {
    const made = element("ol", "words");
    made.lang = "pt-BR";
    for (const { piece, probability } of words) {
      const share = element("span", "number", format.percent(probability));
      made.append(element("li", "", element("span", "word", piece), bar(probability), share));
    }
    return made;
  }

  return new Tool(section, { answer, format });
}
