// Makes the document that of `html`, node by node as a parser would, and stops at each
// script: `__wptPage.next()` gives [src or null, text] of the next one, or null at the end.
// What an element has inside comes after it, so that scripts see what stands before them.
{
  const page = new DOMParser().parseFromString(html, type);
  while (document.firstChild) document.firstChild.remove();

  const XHTML = "http://www.w3.org/1999/xhtml";
  const runs = (node) =>
    node.localName === "script" &&
    node.namespaceURI === XHTML &&
    (node.type === "" || /javascript$/.test(node.type));

  function* move(from, to) {
    for (let node; (node = from.firstChild); ) {
      const inside = document.createDocumentFragment();
      if (runs(node)) {
        to.appendChild(node);
        yield [node.getAttribute("src"), node.textContent];
        continue;
      }
      while (node.firstChild) inside.appendChild(node.firstChild);
      // A page in XML has a document in HTML here: it takes no CDATA section.
      to.appendChild(node);
      yield* move(inside, node);
    }
  }
  const scripts = move(page, document);
  Object.defineProperty(globalThis, "__wptPage", {
    value: { next: () => scripts.next().value ?? null },
  });
}
