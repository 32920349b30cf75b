// A release in ONNX Runtime: fills gaps, and makes vectors of texts.

import * as ort from "./vendor/ort.wasm.bundle.min.mjs";
import { Tokenizer } from "./tokenizer.js";

ort.env.wasm.numThreads = 1; // more threads slow so small a model down, and need headers that static hosts do not send

export class Model {
  // Loads the release in `folder`, a URL that ends with a slash.
  static async load(folder) {
    const [tokenizer, config, graph] = await Promise.all([
      read(`${folder}tokenizer.json`).then((file) => file.json()),
      read(`${folder}config.json`).then((file) => file.json()),
      read(`${folder}onnx/compact.onnx`).then((file) => file.arrayBuffer()),
    ]);
    const model = new Model(new Tokenizer(tokenizer), config, await ort.InferenceSession.create(graph));
    await model.embed(""); // the first call takes longer than all others, and belongs to the loading
    return model;
  }

  constructor(tokenizer, config, session) {
    this.tokenizer = tokenizer;
    this.length = config.max_position_embeddings; // pieces that it reads; the rest of a longer text is cut
    this.session = session;
    this.special = new Set(tokenizer.special.values());
  }

  // For each [MASK] of a text, the `number` most probable pieces, best first, as {piece, probability}. Pieces that
  // continue a word start with ##. Special tokens are never offered.
  async fill(text, number = 5) {
    const ids = this.tokenizer.encode(text, this.length);
    const mask = this.tokenizer.special.get("[MASK]");
    const columns = [...ids.keys()].filter((column) => ids[column] === mask);
    if (!columns.length) return [];
    const { logits } = await this.run(ids, columns);
    const size = logits.dims[1];
    return columns.map((_, row) => this.best(logits.data.subarray(row * size, (row + 1) * size), number));
  }

  // The vector of a text: the mean of its last states, as sentence-transformers makes it.
  async embed(text) {
    const unread = [0]; // in browsers, ONNX Runtime 1.30 fails on an int8 graph that is asked for no words at all
    return (await this.run(this.tokenizer.encode(text, this.length), unread)).sentence_embedding.data;
  }

  run(ids, columns) {
    const integers = (values, shape) => new ort.Tensor("int64", BigInt64Array.from(values, BigInt), shape);
    return this.session.run({
      input_ids: integers(ids, [1, ids.length]),
      attention_mask: integers(ids.map(() => 1), [1, ids.length]),
      masked: integers(columns.flatMap((column) => [0, column]), [columns.length, 2]),
    });
  }

  best(logits, number) {
    const largest = logits.reduce((one, other) => Math.max(one, other), -Infinity);
    let total = 0;
    const found = []; // the best so far, sorted
    logits.forEach((logit, id) => {
      total += Math.exp(logit - largest);
      if (this.special.has(id) || (found.length === number && logit <= found[number - 1].logit)) return;
      const place = found.findIndex((other) => logit > other.logit);
      found.splice(place < 0 ? found.length : place, 0, { id, logit });
      found.length = Math.min(found.length, number);
    });
    return found.map(({ id, logit }) => ({
      piece: this.tokenizer.pieces[id],
      probability: Math.exp(logit - largest) / total,
    }));
  }
}

export function cosine(one, other) {
  const product = (a, b) => a.reduce((sum, value, place) => sum + value * b[place], 0);
  return product(one, other) / Math.max(Math.sqrt(product(one, one) * product(other, other)), 1e-12);
}

async function read(url) {
  const file = await fetch(url);
  if (!file.ok) throw new Error(`${url}: ${file.status} ${file.statusText}`);
  return file;
}
