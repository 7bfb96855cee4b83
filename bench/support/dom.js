// What bench/dom.exs measures, on a `document` of whoever runs it: each answers how many
// milliseconds it took. `now` is given by the runner.

const MARKUP = "<section class='s'><h2 id='h'>Title &amp; more</h2><p>Some <b>bold</b> and <a href='/x?y=1'>linked</a> text, a little of it.</p><ul><li>one<li>two<li class=last>three</ul></section>";

function timed(work) {
  const start = now();
  work();
  return now() - start;
}

function fresh(html) {
  document.body.innerHTML = html;
}

const measures = {
  // Milliseconds for about 1 MB of markup.
  parse() {
    const html = MARKUP.repeat(Math.ceil(1e6 / MARKUP.length));
    const took = timed(() => fresh(html));
    fresh("");
    return took;
  },
  serialize() {
    fresh(MARKUP.repeat(Math.ceil(1e6 / MARKUP.length)));
    let html;
    const took = timed(() => (html = document.body.innerHTML));
    fresh("");
    return html.length > 1e6 ? took : NaN;
  },
  create() {
    fresh("");
    const { body } = document;
    const took = timed(() => {
      for (let index = 0; index < 10_000; index++) {
        const element = document.createElement("div");
        element.className = "row";
        body.appendChild(element);
      }
    });
    fresh("");
    return took;
  },
  select() {
    fresh(MARKUP.repeat(200));
    let count = 0;
    const took = timed(() => {
      for (let index = 0; index < 20; index++) {
        count += document.querySelectorAll("section > ul li.last, p a[href^='/x']").length;
        count += document.querySelector("section:last-child .last") === null ? 0 : 1;
      }
    });
    fresh("");
    return count === 8_020 ? took : NaN;
  },
  walk() {
    fresh(MARKUP.repeat(500));
    let count = 0;
    const visit = (node) => {
      count++;
      for (let child = node.firstChild; child; child = child.nextSibling) visit(child);
    };
    const took = timed(() => visit(document.body));
    fresh("");
    return count > 5_000 ? took : NaN;
  },
};
