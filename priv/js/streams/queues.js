// Queues: of requests, and of chunks with their sizes (Streams, 8.1).

/** First in, first out, each step in constant time on average. */
export class Queue {
  #items = [];
  #head = 0;

  get length() {
    return this.#items.length - this.#head;
  }

  push(item) {
    this.#items.push(item);
  }

  peek() {
    return this.#items[this.#head];
  }

  shift() {
    const items = this.#items;
    const item = items[this.#head];
    items[this.#head++] = undefined;
    if (this.#head === items.length) {
      this.#items = [];
      this.#head = 0;
    } else if (this.#head >= 64 && this.#head * 2 >= items.length) {
      this.#items = items.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }

  /** Take everything out, as an array. */
  drain() {
    const items = this.#head === 0 ? this.#items : this.#items.slice(this.#head);
    this.#items = [];
    this.#head = 0;
    return items;
  }
}

/** "Queue-with-sizes". Where every chunk counts one, no sizes are kept. */
export class SizedQueue {
  #chunks = new Queue();
  #sizes;
  #total = 0;

  constructor(counting) {
    this.#sizes = counting ? null : new Queue();
  }

  get length() {
    return this.#chunks.length;
  }

  /** [[queueTotalSize]] */
  get total() {
    return this.#total;
  }

  /** "EnqueueValueWithSize" */
  push(chunk, size) {
    if (!(typeof size === "number" && size >= 0 && size !== Infinity)) {
      throw new RangeError("The size of a chunk must be a finite, non-negative number");
    }
    this.#chunks.push(chunk);
    this.#sizes?.push(size);
    this.#total += size;
  }

  peek() {
    return this.#chunks.peek();
  }

  /** "DequeueValue" */
  shift() {
    this.#total -= this.#sizes === null ? 1 : this.#sizes.shift();
    // Rounding can lead below zero.
    if (this.#total < 0) this.#total = 0;
    return this.#chunks.shift();
  }

  /** "ResetQueue" */
  reset() {
    this.#chunks.drain();
    this.#sizes?.drain();
    this.#total = 0;
  }
}
