// The page, in Preact without a build: `h` instead of JSX. It runs after the plain
// scripts of preact and preact-render-to-string, in a context for each request.
const { h } = preact;

// Requests that this context has seen: always 1, for nothing is shared.
let requests = 0;

const Product = ({ name, price }) =>
  h("li", null, name, " ", h("b", null, price.toFixed(2)));

const Page = ({ query, products }) =>
  h("html", { lang: "en" },
    h("head", null, h("meta", { charset: "utf-8" }), h("title", null, "Shop")),
    h("body", null,
      h("form", null, h("input", { name: "q", value: query }), h("button", null, "Search")),
      h("p", null, `${products.length} found`, query && ` for ${query}`),
      h("ul", null, products.map((product) => h(Product, { key: product.name, ...product }))),
      h("footer", null, `request ${requests} of this context`)));

async function render({ query }) {
  requests += 1;
  const products = await Beam.call("products", query);
  return "<!doctype html>" + preactRenderToString.render(h(Page, { query, products }));
}
