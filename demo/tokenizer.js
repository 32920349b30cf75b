// BERT's WordPiece tokenizer, read from tokenizer.json: the same pieces as the Rust library `tokenizers` makes.

// `tokenizers` knows the categories of Unicode 8 and a browser those of its own Unicode: for the few marks and
// punctuation signs that are younger (of historic scripts, nearly all) the pieces may differ.
const REMOVED = /(?![\t\n\r])[\p{Cc}\p{Cf}\p{Co}\p{Cs}\ufffd]/gu;
const SPACE = /\p{White_Space}/gu;
const WORD = /[!-/:-@[-`{-~\p{P}]|[^\p{White_Space}!-/:-@[-`{-~\p{P}]+/gu; // a punctuation sign, or all up to the next
const CHINESE =
  /[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u{20000}-\u{2a6df}\u{2a700}-\u{2b73f}\u{2b740}-\u{2b81f}\u{2b920}-\u{2ceaf}\u{2f800}-\u{2fa1f}]/gu;

export class Tokenizer {
  // `json` is the content of tokenizer.json.
  constructor(json) {
    const found = [json.normalizer?.type, json.pre_tokenizer?.type, json.model.type].join(", ");
    if (found !== "BertNormalizer, BertPreTokenizer, WordPiece") throw new Error(`tokenizer.json: ${found} is not BERT's`);
    this.options = json.normalizer;
    this.model = json.model;
    this.ids = new Map(Object.entries(json.model.vocab));
    this.special = new Map(json.added_tokens.map((token) => [token.content, token.id]));
    this.pieces = [];
    for (const [piece, id] of [...this.ids, ...this.special]) this.pieces[id] = piece;
    const longestFirst = [...this.special.keys()].sort((one, other) => other.length - one.length);
    this.specials = new RegExp(`(${longestFirst.map((name) => name.replace(/\W/g, "\\$&")).join("|")})`);
  }

  // Ids of the pieces of a text, with [CLS] and [SEP], of at most `length` pieces. As in `tokenizers`, the name of a
  // special token in the text is that token.
  encode(text, length = Infinity) {
    const ids = [];
    text.split(this.specials).forEach((part, place) => {
      if (place % 2) ids.push(this.special.get(part));
      else for (const word of this.words(part)) ids.push(...this.wordPieces(word));
    });
    return [this.special.get("[CLS]"), ...ids.slice(0, length - 2), this.special.get("[SEP]")];
  }

  // The words of a text, each punctuation sign a word of its own.
  words(text) {
    const { clean_text, handle_chinese_chars, lowercase, strip_accents } = this.options;
    if (clean_text) text = text.replace(REMOVED, "").replace(SPACE, " ");
    if (handle_chinese_chars) text = text.replace(CHINESE, " $& ");
    if (strip_accents ?? lowercase) text = text.normalize("NFD").replace(/\p{Mn}/gu, "");
    if (lowercase) text = text.replaceAll("Σ", "σ").toLowerCase(); // which would make a final Σ a ς
    return text.match(WORD) ?? [];
  }

  // Ids of a word: the longest piece in the vocabulary, again and again; [UNK] if that leads nowhere.
  wordPieces(word) {
    const unknown = [this.ids.get(this.model.unk_token)];
    if ([...word].length > this.model.max_input_chars_per_word) return unknown;
    const ids = [];
    for (let start = 0; start < word.length; ) {
      const prefix = start ? this.model.continuing_subword_prefix : "";
      let end = word.length;
      while (end > start && !this.ids.has(prefix + word.slice(start, end))) end--;
      if (end === start) return unknown;
      ids.push(this.ids.get(prefix + word.slice(start, end)));
      start = end;
    }
    return ids;
  }
}
