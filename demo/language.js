// The page's words in Portuguese and English, and numbers as each language writes them.

const WORDS = {
  pt: {
    title: "Um BERT minúsculo em português",
    lead: "O modelo roda inteiro nesta página. Nada do que você escreve sai do seu computador.",
    other: "English",
    model: "Modelo",
    loading: "carregando…",
    loaded: "{size} MB, carregado em {time} ms",
    failed: "O modelo não pôde ser carregado.",
    fill: "Complete a frase",
    fillLabel: "Uma frase com uma lacuna: ___ ou [MASK]",
    examples: "Exemplos",
    noGap: "Escreva ___ onde falta uma palavra.",
    blank: "Escreva algo em todos os campos.",
    gapTooLate: "A lacuna está além do trecho que o modelo lê. Escreva uma frase mais curta.",
    similar: "Compare duas frases",
    first: "Primeira frase",
    second: "Segunda frase",
    similarity: "Semelhança (cosseno)",
    search: "Busque numa lista",
    query: "Consulta",
    list: "A lista, uma frase por linha; edite à vontade",
    answered: "Resposta em",
  },
  en: {
    title: "A tiny BERT for Portuguese",
    lead: "The whole model runs in this page. Nothing you type leaves your computer.",
    other: "Português",
    model: "Model",
    loading: "loading…",
    loaded: "{size} MB, loaded in {time} ms",
    failed: "The model could not be loaded.",
    fill: "Fill the gap",
    fillLabel: "A sentence in Portuguese with a gap: ___ or [MASK]",
    examples: "Examples",
    noGap: "Write ___ where a word is missing.",
    blank: "Write something in every field.",
    gapTooLate: "The gap is beyond the part that the model reads. Write a shorter sentence.",
    similar: "Compare two sentences",
    first: "First sentence",
    second: "Second sentence",
    similarity: "Similarity (cosine)",
    search: "Search a list",
    query: "Query",
    list: "The list, one sentence per line; edit it as you like",
    answered: "Answered in",
  },
};

export class Language {
  // Portuguese for browsers that prefer it, English for all others.
  constructor() {
    this.code = navigator.language.startsWith("pt") ? "pt" : "en";
  }

  switch() {
    this.code = this.code === "pt" ? "en" : "pt";
    this.apply();
  }

  // Writes the words into the elements that name one in data-text.
  apply() {
    document.documentElement.lang = this.code === "pt" ? "pt-BR" : "en";
    document.title = `${this.text("title")} · bert-tiny-pt`;
    for (const place of document.querySelectorAll("[data-text]")) place.textContent = this.text(place.dataset.text);
  }

  text(name, values = {}) {
    return WORDS[this.code][name].replace(/\{(\w+)\}/g, (_, value) => values[value]);
  }

  decimal(value, digits = 2) {
    return value.toLocaleString(this.code, { minimumFractionDigits: digits, maximumFractionDigits: digits });
  }

  percent(share) {
    return `${this.decimal(100 * share, 1)} %`;
  }

  milliseconds(time) {
    return `${this.decimal(time, 1)} ms`;
  }
}
