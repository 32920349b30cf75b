// What the three tools share: each answers while the visitor types.

export class Tool {
  // `answer(model)` shows the answer to what the fields of `section` hold, and returns it as a sentence.
  constructor(section, { answer, format }) {
    this.answer = answer;
    this.format = format;
    this.results = section.querySelector(".results");
    this.milliseconds = section.querySelector(".milliseconds");
    this.spoken = section.querySelector("[aria-live]");
    section.addEventListener("input", () => this.run());
    for (const example of section.querySelectorAll("[data-example]")) {
      example.addEventListener("click", () => {
        section.querySelector("textarea, input").value = example.textContent;
        this.run();
      });
    }
  }

  use(model) {
    this.model = model;
    return this.run();
  }

  // Says to screen readers whether the shown answer is about to change.
  busy(state) {
    this.results.setAttribute("aria-busy", state);
  }

  // Answers again. Text that comes in meanwhile is answered once more at the end, and only the last of it.
  async run() {
    this.waiting = true;
    if (!this.model || this.running) return;
    this.running = true;
    this.busy(true);
    try {
      while (this.waiting) {
        this.waiting = false;
        const start = performance.now();
        const sentence = await this.answer(this.model);
        this.milliseconds.textContent = this.format.milliseconds(performance.now() - start);
        this.say(sentence);
      }
    } finally {
      this.running = false;
      this.busy(false);
    }
  }

  // Screen readers hear the answer when the visitor pauses, not at every key.
  say(sentence) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => (this.spoken.textContent = sentence), 700);
  }
}

// An element with a class and children, which may be text.
export function element(name, style, ...children) {
  const made = document.createElement(name);
  made.className = style;
  made.append(...children);
  return made;
}

// Shows advice in place of an answer, and returns it.
export function advise(results, advice) {
  results.replaceChildren(element(results.tagName === "OL" ? "li" : "p", "advice", advice));
  return advice;
}

// A bar that fills `share` (0 to 1) of its width. Its number stands beside it in text.
export function bar(share) {
  const filled = element("span", "filled");
  filled.style.width = `${100 * Math.min(Math.max(share, 0), 1)}%`;
  const made = element("span", "bar", filled);
  made.setAttribute("aria-hidden", "true");
  return made;
}
