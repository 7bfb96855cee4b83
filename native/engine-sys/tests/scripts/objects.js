(function () { const a = { x: 1, get y() { return this.x; }, set y(v) { this.x = v; }, ["k" + 1]: 2, __proto__: { p: 3 } };
a.y = 5; Object.freeze(Object.assign({}, a)); Object.defineProperties({}, { q: { value: 1, enumerable: true }, r: { get() { return 1; }, configurable: true } });
const o = {}; for (let i = 0; i < 40; i++) o["p" + i] = i; for (let i = 0; i < 38; i++) delete o["p" + i];
Object.entries(o); Object.fromEntries([["a", 1]]); Object.groupBy([1, 2, 3], x => x & 1 ? "odd" : "even"); for (const k in a) k; return Object.getOwnPropertyDescriptors(a).y.get.name; })();
