// What runs in the context of every visitor, beside marked. The globals of a
// context are its own: a thousand visitors have a thousand of these.
let visits = 0;
let last = null;
let words = 0;

// Fetches a document from Elixir, renders it, and remembers that it did.
async function visit(visitor, page) {
  const { title, markdown } = await Beam.call("document", visitor, page);
  const html = marked.parse(markdown);

  const previous = last;
  visits += 1;
  last = title;
  words += markdown.split(/\s+/).filter(Boolean).length;

  return { html, visits, previous };
}

// What the context has kept since its visitor came.
function summary() {
  return { visits, last, words };
}
