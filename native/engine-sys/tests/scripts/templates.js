(function () { const tag = (s, ...v) => s.raw.join("|") + v.join("") + Object.isFrozen(s); const n = 3; tag`a${n}\u0041${`in${n}ner`}\n`; tag`a${1}b`; function once() { return tag`x${n}y\unicode`; } once(); once(); return `multi
line ${n} ${[1, 2]} ${{ toString() { return "o"; } }} and a piece long enough not to be a small atom, more than that ${n + 1}`; })();
