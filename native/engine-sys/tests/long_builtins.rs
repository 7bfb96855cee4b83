//! The longest stretch without a question to the interrupt handler, in CPU time
//! of the thread, over builtins that run long. The best of several runs counts,
//! so that page faults and neighbours do not.

mod budget;
use budget::{Engine, cpu_time};
use quickbeam_engine_sys::*;

const LONGEST: i64 = 5_000_000; // nanoseconds

/// Name, what is prepared, what is measured.
const LONG: &[(&str, &str, &str)] = &[
    (r#"loop"#, r#""#, r#"for (let i = 0; i < 2e6; i++);"#),
    (
        r#"calls"#,
        r#"function f(x) { return x }"#,
        r#"for (let i = 0; i < 1e6; i++) f(i)"#,
    ),
    (
        r#"heavy ticks"#,
        r#"var s = 'x'.repeat(1000)"#,
        r#"for (let i = 0; i < 1e5; i++) s.toUpperCase()"#,
    ),
    (
        r#"sort"#,
        r#"var a = Array.from({length: 1e6}, (_, i) => (i * 7919) % 1000003)"#,
        r#"a.sort()"#,
    ),
    (
        r#"sort strings"#,
        r#"var a = Array.from({length: 3e5}, (_, i) => 'k' + (i * 7919) % 1000003)"#,
        r#"a.sort()"#,
    ),
    (
        r#"sort comparator"#,
        r#"var a = Array.from({length: 1e5}, (_, i) => (i * 7919) % 1000003)"#,
        r#"a.sort((a, b) => a - b)"#,
    ),
    (
        r#"toSorted"#,
        r#"var a = Array.from({length: 5e5}, (_, i) => (i * 7919) % 1000003)"#,
        r#"a.toSorted()"#,
    ),
    (
        r#"JSON.parse numbers"#,
        r#"var s = JSON.stringify(Array.from({length: 1e6}, (_, i) => i))"#,
        r#"JSON.parse(s)"#,
    ),
    (
        r#"JSON.parse objects"#,
        r#"var s = JSON.stringify(Array.from({length: 1e5}, (_, i) => ({a: i, b: 'x'})))"#,
        r#"JSON.parse(s)"#,
    ),
    (
        r#"JSON.parse string"#,
        r#"var s = JSON.stringify('x\n'.repeat(5e6))"#,
        r#"JSON.parse(s)"#,
    ),
    (
        r#"JSON.parse spaces"#,
        r#"var s = ' '.repeat(2e7) + '1'"#,
        r#"JSON.parse(s)"#,
    ),
    (
        r#"JSON.stringify"#,
        r#"var a = Array.from({length: 5e5}, (_, i) => ({a: i}))"#,
        r#"JSON.stringify(a)"#,
    ),
    (
        r#"JSON.stringify string"#,
        r#"var s = 'x\n'.repeat(5e6)"#,
        r#"JSON.stringify(s)"#,
    ),
    (r#"fill"#, r#"var a = new Array(1e6)"#, r#"a.fill(1)"#),
    (
        r#"fill sparse"#,
        r#""#,
        r#"Array.prototype.fill.call({length: 1e5}, 1)"#,
    ),
    (
        r#"slice"#,
        r#"var a = new Array(3e6).fill({})"#,
        r#"a.slice()"#,
    ),
    (
        r#"slice holes"#,
        r#"var a = new Array(1e6)"#,
        r#"a.slice(1)"#,
    ),
    (
        r#"join"#,
        r#"var a = new Array(1e6).fill('ab')"#,
        r#"a.join()"#,
    ),
    (
        r#"join holes"#,
        r#"var a = new Array(2**23)"#,
        r#"a.join()"#,
    ),
    (
        r#"join numbers"#,
        r#"var a = new Array(1e6).fill(1.5)"#,
        r#"a.join()"#,
    ),
    (
        r#"concat"#,
        r#"var a = new Array(1e6).fill({})"#,
        r#"a.concat(a)"#,
    ),
    (
        r#"splice"#,
        r#"var a = new Array(1e6).fill({})"#,
        r#"a.splice(1, 9e5)"#,
    ),
    (
        r#"toSpliced"#,
        r#"var a = new Array(1e6).fill({})"#,
        r#"a.toSpliced(1, 2)"#,
    ),
    (
        r#"spread"#,
        r#"var a = new Array(1e6).fill({})"#,
        r#"[...a]"#,
    ),
    (
        r#"spread Set"#,
        r#"var a = new Set(Array.from({length: 1e6}, (_, i) => i))"#,
        r#"[...a]"#,
    ),
    (
        r#"indexOf"#,
        r#"var a = new Array(3e6).fill('ab')"#,
        r#"a.indexOf('ac')"#,
    ),
    (
        r#"includes"#,
        r#"var a = new Array(3e6).fill(1.5)"#,
        r#"a.includes(7)"#,
    ),
    (
        r#"lastIndexOf"#,
        r#"var a = new Array(3e6).fill(1.5)"#,
        r#"a.lastIndexOf(7)"#,
    ),
    (
        r#"reverse"#,
        r#"var a = new Array(1e7).fill(1)"#,
        r#"a.reverse()"#,
    ),
    (
        r#"reverse generic"#,
        r#"var a = {length: 1e5}; for (let i = 0; i < 1e5; i++) a[i] = i"#,
        r#"Array.prototype.reverse.call(a)"#,
    ),
    (
        r#"toReversed"#,
        r#"var a = new Array(3e6).fill(1)"#,
        r#"a.toReversed()"#,
    ),
    (
        r#"with"#,
        r#"var a = new Array(3e6).fill(1)"#,
        r#"a.with(0, 1)"#,
    ),
    (
        r#"copyWithin"#,
        r#"var a = new Array(2e6).fill(1)"#,
        r#"a.copyWithin(0, 1)"#,
    ),
    (
        r#"unshift"#,
        r#"var a = new Array(1e6).fill(1)"#,
        r#"a.unshift(1)"#,
    ),
    (
        r#"shift"#,
        r#"var a = new Array(5e6).fill(1)"#,
        r#"a.shift()"#,
    ),
    (
        r#"Array.from"#,
        r#"var a = {length: 1e6}"#,
        r#"Array.from(a)"#,
    ),
    (
        r#"Array.from array"#,
        r#"var a = new Array(1e6).fill(1)"#,
        r#"Array.from(a)"#,
    ),
    (
        r#"Array.from string"#,
        r#"var s = 'x'.repeat(1e6)"#,
        r#"Array.from(s)"#,
    ),
    (
        r#"flat"#,
        r#"var a = new Array(1e5).fill([1, 2, 3, 4])"#,
        r#"a.flat()"#,
    ),
    (
        r#"Array.of apply"#,
        r#"var a = new Array(6e4).fill(1)"#,
        r#"Array.of.apply(null, a)"#,
    ),
    (
        r#"Math.max apply"#,
        r#"var a = new Array(6e4).fill(1)"#,
        r#"Math.max(...a)"#,
    ),
    (
        r#"keys"#,
        r#"var o = {}; for (let i = 0; i < 2e5; i++) o['k' + i] = i"#,
        r#"Object.keys(o)"#,
    ),
    (
        r#"entries"#,
        r#"var o = {}; for (let i = 0; i < 2e5; i++) o['k' + i] = i"#,
        r#"Object.entries(o)"#,
    ),
    (
        r#"keys numeric"#,
        r#"var o = {}; for (let i = 2e5; i > 0; i--) o[i * 7919 % 1000003] = i"#,
        r#"Object.keys(o)"#,
    ),
    (
        r#"assign"#,
        r#"var o = {}; for (let i = 0; i < 2e5; i++) o['k' + i] = i"#,
        r#"Object.assign({}, o)"#,
    ),
    (
        r#"object spread"#,
        r#"var o = {}; for (let i = 0; i < 2e5; i++) o['k' + i] = i"#,
        r#"({...o})"#,
    ),
    (
        r#"freeze"#,
        r#"var o = {}; for (let i = 0; i < 2e5; i++) o['k' + i] = i"#,
        r#"Object.freeze(o)"#,
    ),
    (
        r#"freeze array"#,
        r#"var o = new Array(2e5).fill(1)"#,
        r#"Object.freeze(o)"#,
    ),
    (
        r#"isFrozen"#,
        r#"var o = {}; for (let i = 0; i < 2e5; i++) o['k' + i] = i; Object.freeze(o)"#,
        r#"Object.isFrozen(o)"#,
    ),
    (
        r#"for in"#,
        r#"var o = {}; for (let i = 0; i < 2e5; i++) o['k' + i] = i"#,
        r#"for (let k in o) break"#,
    ),
    (
        r#"getOwnPropertyDescriptors"#,
        r#"var o = {}; for (let i = 0; i < 1e5; i++) o['k' + i] = i"#,
        r#"Object.getOwnPropertyDescriptors(o)"#,
    ),
    (
        r#"fromEntries"#,
        r#"var a = []; for (let i = 0; i < 2e5; i++) a.push(['k' + i, i])"#,
        r#"Object.fromEntries(a)"#,
    ),
    (
        r#"groupBy"#,
        r#"var a = new Array(2e5).fill(1)"#,
        r#"Object.groupBy(a, x => x)"#,
    ),
    (
        r#"destructuring"#,
        r#"var a = new Array(1e6).fill(1)"#,
        r#"var [x, ...r] = a"#,
    ),
    (
        r#"new Map"#,
        r#"var a = []; for (let i = 0; i < 3e5; i++) a.push([i, i])"#,
        r#"new Map(a)"#,
    ),
    (
        r#"new Set"#,
        r#"var a = Array.from({length: 1e6}, (_, i) => i)"#,
        r#"new Set(a)"#,
    ),
    (
        r#"Set clear"#,
        r#"var s = new Set(Array.from({length: 1e6}, (_, i) => i))"#,
        r#"s.clear()"#,
    ),
    (
        r#"Set union"#,
        r#"var s = new Set(Array.from({length: 5e5}, (_, i) => i)), t = new Set(Array.from({length: 5e5}, (_, i) => i + 1e6))"#,
        r#"s.union(t)"#,
    ),
    (
        r#"Set isSubsetOf"#,
        r#"var s = new Set(Array.from({length: 5e5}, (_, i) => i)), t = new Set(s)"#,
        r#"s.isSubsetOf(t)"#,
    ),
    (
        r#"Set intersection"#,
        r#"var s = new Set(Array.from({length: 5e5}, (_, i) => i)), t = new Set(s)"#,
        r#"s.intersection(t)"#,
    ),
    (
        r#"Set difference"#,
        r#"var s = new Set(Array.from({length: 5e5}, (_, i) => i)), t = new Set(s)"#,
        r#"s.difference(t)"#,
    ),
    (
        r#"typed sort"#,
        r#"var a = Float64Array.from({length: 1e6}, (_, i) => (i * 7919) % 1000003)"#,
        r#"a.sort()"#,
    ),
    (
        r#"typed sort i8"#,
        r#"var a = Int8Array.from({length: 1e6}, (_, i) => (i * 7919) % 1000003)"#,
        r#"a.sort()"#,
    ),
    (
        r#"typed sort comparator"#,
        r#"var a = Float64Array.from({length: 1e5}, (_, i) => (i * 7919) % 1000003)"#,
        r#"a.sort((a, b) => a - b)"#,
    ),
    (
        r#"typed fill"#,
        r#"var a = new Float64Array(1e6)"#,
        r#"a.fill(1)"#,
    ),
    (
        r#"typed join"#,
        r#"var a = new Float64Array(5e5).fill(1.5)"#,
        r#"a.join()"#,
    ),
    (
        r#"typed set array"#,
        r#"var a = new Float64Array(1e6), b = new Array(1e6).fill(1)"#,
        r#"a.set(b)"#,
    ),
    (
        r#"typed set typed"#,
        r#"var a = new Float64Array(2e6), b = new Int8Array(2e6)"#,
        r#"a.set(b)"#,
    ),
    (
        r#"typed from"#,
        r#"var b = new Array(1e6).fill(1)"#,
        r#"new Int32Array(b)"#,
    ),
    (
        r#"typed from typed"#,
        r#"var b = new Float64Array(1e6).fill(1)"#,
        r#"new Int32Array(b)"#,
    ),
    (
        r#"typed indexOf"#,
        r#"var a = new Float64Array(5e6)"#,
        r#"a.indexOf(1)"#,
    ),
    (
        r#"typed includes i8"#,
        r#"var a = new Int8Array(2e7)"#,
        r#"a.includes(1)"#,
    ),
    (
        r#"typed reverse"#,
        r#"var a = new Int8Array(1e6)"#,
        r#"a.reverse()"#,
    ),
    (
        r#"typed slice"#,
        r#"var a = new Float64Array(5e5)"#,
        r#"a.slice()"#,
    ),
    (
        r#"typed toSorted"#,
        r#"var a = Float64Array.from({length: 5e5}, (_, i) => (i * 7919) % 1000003)"#,
        r#"a.toSorted()"#,
    ),
    (
        r#"replaceAll"#,
        r#"var s = 'ab'.repeat(1e6)"#,
        r#"s.replaceAll('a', 'ccc')"#,
    ),
    (
        r#"replaceAll empty"#,
        r#"var s = 'ab'.repeat(5e5)"#,
        r#"s.replaceAll('', 'c')"#,
    ),
    (
        r#"replace regexp"#,
        r#"var s = 'ab'.repeat(3e5)"#,
        r#"s.replace(/a/g, 'c')"#,
    ),
    (
        r#"match regexp"#,
        r#"var s = 'ab'.repeat(3e5)"#,
        r#"s.match(/a/g)"#,
    ),
    (r#"split"#, r#"var s = 'a,'.repeat(5e5)"#, r#"s.split(',')"#),
    (
        r#"split chars"#,
        r#"var s = 'a'.repeat(1e6)"#,
        r#"s.split('')"#,
    ),
    (
        r#"split regexp"#,
        r#"var s = 'a,'.repeat(1e5)"#,
        r#"s.split(/,/)"#,
    ),
    (r#"repeat"#, r#""#, r#"'ab'.repeat(2e7)"#),
    (r#"padStart"#, r#""#, r#"'a'.padStart(2e7, 'bc')"#),
    (
        r#"normalize"#,
        r#"var s = 'e\u0301\u00e9'.repeat(5e5)"#,
        r#"s.normalize('NFC')"#,
    ),
    (
        r#"normalize NFD"#,
        r#"var s = 'e\u0301\u00e9\uac01'.repeat(5e5)"#,
        r#"s.normalize('NFD')"#,
    ),
    (
        r#"localeCompare"#,
        r#"var s = 'e\u0301'.repeat(5e5), t = '\u00e9'.repeat(5e5)"#,
        r#"s.localeCompare(t)"#,
    ),
    (
        r#"toUpperCase"#,
        r#"var s = '\u00e9a'.repeat(1e6)"#,
        r#"s.toUpperCase()"#,
    ),
    (
        r#"toLowerCase sigma"#,
        r#"var s = '\u03a3'.repeat(1e6)"#,
        r#"s.toLowerCase()"#,
    ),
    (r#"trim"#, r#"var s = ' '.repeat(2e7)"#, r#"s.trim()"#),
    (
        r#"string indexOf"#,
        r#"var s = 'a'.repeat(1e6) + 'b', t = 'a'.repeat(500) + 'c'"#,
        r#"s.indexOf(t)"#,
    ),
    (
        r#"string lastIndexOf"#,
        r#"var s = 'a'.repeat(1e6) + 'b', t = 'c' + 'a'.repeat(500)"#,
        r#"s.lastIndexOf(t)"#,
    ),
    (
        r#"string includes wide"#,
        r#"var s = '\u1234'.repeat(1e7)"#,
        r#"s.includes('\u1235')"#,
    ),
    (
        r#"string compare"#,
        r#"var s = 'a'.repeat(2e7), t = 'a'.repeat(1e7) + 'a'.repeat(9999999) + '\u1234'"#,
        r#"s < t"#,
    ),
    (
        r#"rope flatten"#,
        r#"var s = ''; for (let i = 0; i < 1e5; i++) s = s + 'defgh' + i"#,
        r#"s.charCodeAt(0)"#,
    ),
    (
        r#"rope deep"#,
        r#"var s = 'x'.repeat(10000); for (let i = 0; i < 12; i++) s = s + s"#,
        r#"s.charCodeAt(5)"#,
    ),
    (
        r#"isWellFormed"#,
        r#"var s = '\u1234'.repeat(1e7)"#,
        r#"s.isWellFormed()"#,
    ),
    (
        r#"toWellFormed"#,
        r#"var s = '\u1234'.repeat(1e7)"#,
        r#"s.toWellFormed()"#,
    ),
    (
        r#"property key"#,
        r#"var s = 'x'.repeat(2e7)"#,
        r#"({})[s]"#,
    ),
    (
        r#"String.raw"#,
        r#"var a = new Array(3e5).fill('a')"#,
        r#"String.raw({raw: a})"#,
    ),
    (
        r#"fromCharCode"#,
        r#"var a = new Array(6e4).fill(97)"#,
        r#"String.fromCharCode.apply(null, a)"#,
    ),
    (
        r#"encodeURIComponent"#,
        r#"var s = '\u00e9'.repeat(1e6)"#,
        r#"encodeURIComponent(s)"#,
    ),
    (
        r#"decodeURIComponent"#,
        r#"var s = '%C3%A9'.repeat(5e5)"#,
        r#"decodeURIComponent(s)"#,
    ),
    (
        r#"escape"#,
        r#"var s = '\u00e9'.repeat(1e6)"#,
        r#"escape(s)"#,
    ),
    (
        r#"unescape"#,
        r#"var s = '%E9'.repeat(1e6)"#,
        r#"unescape(s)"#,
    ),
    (
        r#"btoa"#,
        r#"var s = 'abc'.repeat(1e6)"#,
        r#"typeof btoa == 'function' && btoa(s)"#,
    ),
    (
        r#"atob"#,
        r#"var s = typeof btoa == 'function' ? btoa('abc'.repeat(1e6)) : ''"#,
        r#"typeof atob == 'function' && atob(s)"#,
    ),
    (
        r#"toHex"#,
        r#"var a = new Uint8Array(5e6)"#,
        r#"a.toHex && a.toHex()"#,
    ),
    (
        r#"toBase64"#,
        r#"var a = new Uint8Array(5e6)"#,
        r#"a.toBase64 && a.toBase64()"#,
    ),
    (
        r#"fromHex"#,
        r#"var s = '00'.repeat(5e6)"#,
        r#"Uint8Array.fromHex && Uint8Array.fromHex(s)"#,
    ),
    (
        r#"fromBase64"#,
        r#"var s = 'AAAA'.repeat(2e6)"#,
        r#"Uint8Array.fromBase64 && Uint8Array.fromBase64(s)"#,
    ),
    (
        r#"Date.parse"#,
        r#"var s = ' '.repeat(1e7)"#,
        r#"Date.parse(s)"#,
    ),
    (r#"Number"#, r#"var s = '1'.repeat(1e7)"#, r#"Number(s)"#),
    (
        r#"Number spaces"#,
        r#"var s = ' '.repeat(1e7) + '1'"#,
        r#"Number(s)"#,
    ),
    (
        r#"parseInt"#,
        r#"var s = '1'.repeat(1e7)"#,
        r#"parseInt(s)"#,
    ),
    (
        r#"parseFloat"#,
        r#"var s = '0.' + '1'.repeat(1e7)"#,
        r#"parseFloat(s)"#,
    ),
    (
        r#"BigInt mul"#,
        r#"var a = (1n << 60000n) - 1n"#,
        r#"a * a"#,
    ),
    (
        r#"BigInt square big"#,
        r#"var a = (1n << 300000n) - 1n"#,
        r#"a * a"#,
    ),
    (
        r#"BigInt div"#,
        r#"var a = (1n << 1000000n) - 1n, b = (1n << 500000n) - 1n"#,
        r#"a / b"#,
    ),
    (r#"BigInt pow"#, r#""#, r#"3n ** 300000n"#),
    (
        r#"BigInt toString"#,
        r#"var a = (1n << 300000n) - 1n"#,
        r#"a.toString()"#,
    ),
    (
        r#"BigInt toString 16"#,
        r#"var a = (1n << 1000000n) - 1n"#,
        r#"a.toString(16)"#,
    ),
    (
        r#"BigInt parse"#,
        r#"var s = '7'.repeat(100000)"#,
        r#"BigInt(s)"#,
    ),
    (
        r#"BigInt asIntN"#,
        r#"var a = (1n << 1000000n) - 1n"#,
        r#"BigInt.asIntN(999999, a)"#,
    ),
    (
        r#"compile"#,
        r#"var s = 'x = [1, 2, f(a + b * 3), { c: "d" }];\n'.repeat(50000)"#,
        r#"Function('if (0) {' + s + '}')"#,
    ),
    (
        r#"compile functions"#,
        r#"var s = 'function f(a, b) { let c = a + b; return c * 2 }\n'.repeat(20000)"#,
        r#"Function(s)"#,
    ),
    (
        r#"compile variables"#,
        r#"var s = ''; for (let i = 0; i < 5000; i++) s += 'let v' + i + ' = ' + i + ';\n'"#,
        r#"Function(s)"#,
    ),
    (
        r#"compile comment"#,
        r#"var s = '/*' + 'x'.repeat(2e7) + '*/'"#,
        r#"Function(s)"#,
    ),
    (
        r#"compile spaces"#,
        r#"var s = ' '.repeat(2e7)"#,
        r#"Function(s)"#,
    ),
    (
        r#"compile string"#,
        r#"var s = '"' + 'x'.repeat(1e7) + '"'"#,
        r#"Function(s)"#,
    ),
    (
        r#"compile template"#,
        r#"var s = '`' + 'x'.repeat(1e7) + '`'"#,
        r#"Function(s)"#,
    ),
    (
        r#"compile number"#,
        r#"var s = '7'.repeat(2e5) + 'n'"#,
        r#"Function(s)"#,
    ),
    (
        r#"compile parens"#,
        r#"var s = '('.repeat(500) + '1' + ')'.repeat(500)"#,
        r#"Function(s)"#,
    ),
    (
        r#"compile labels"#,
        r#"var s = 'if (a) b; else c; while (a) { break }\n'.repeat(30000)"#,
        r#"Function(s)"#,
    ),
    (
        r#"compile switch"#,
        r#"var s = 'switch (a) {' + 'case 1: break;\n'.repeat(30000) + '}'"#,
        r#"Function(s)"#,
    ),
    (
        r#"compile array"#,
        r#"var s = '[' + '1,'.repeat(1e6) + ']'"#,
        r#"Function(s)"#,
    ),
    (
        r#"compile private"#,
        r#"var s = 'class A {'; for (let i = 0; i < 5000; i++) s += '#a' + i + ';'; s += '}'"#,
        r#"Function(s)"#,
    ),
    (
        r#"syntax error late"#,
        r#"var s = 'x = 1;\n'.repeat(200000) + '?'"#,
        r#"try { Function(s) } catch {}"#,
    ),
    (
        r#"regexp compile"#,
        r#"var s = '(?:a|b)[c-e]+'.repeat(20000)"#,
        r#"new RegExp(s)"#,
    ),
    (
        r#"regexp compile classes"#,
        r#"var s = '[\\p{L}\\d]'.repeat(300)"#,
        r#"new RegExp(s, 'u')"#,
    ),
    (
        r#"regexp compile icase"#,
        r#"var s = '[^a-z\\u{1000}-\\u{5000}]'.repeat(100)"#,
        r#"new RegExp(s, 'iu')"#,
    ),
    (
        r#"regexp backtracking"#,
        r#""#,
        r#"/(a+)+b/.test('a'.repeat(23))"#,
    ),
    (
        r#"regexp scan"#,
        r#"var s = 'a'.repeat(1e7)"#,
        r#"/b/.test(s)"#,
    ),
    (
        r#"regexp greedy"#,
        r#"var s = 'a'.repeat(1e6)"#,
        r#"/a*b/.test(s.slice(0, 3000))"#,
    ),
    (
        r#"regexp dot star"#, // 24 bytes of stack a character: to unmap it takes longest
        r#"var s = 'a'.repeat(2e6)"#,
        r#"/.*/.test(s)"#,
    ),
    (
        r#"regexp escape"#,
        r#"var s = 'a.'.repeat(1e6)"#,
        r#"RegExp.escape && RegExp.escape(s)"#,
    ),
    (
        r#"matchAll"#,
        r#"var s = 'ab'.repeat(1e5)"#,
        r#"[...s.matchAll(/a/g)]"#,
    ),
    (
        r#"iterator toArray"#,
        r#"var a = new Array(5e5).fill(1)"#,
        r#"a.values().toArray()"#,
    ),
    (
        r#"iterator drop"#,
        r#"var a = new Array(1e6).fill(1)"#,
        r#"a.values().drop(999999).next()"#,
    ),
    (
        r#"Error.stack"#,
        r#""#,
        r#"for (let i = 0; i < 3000; i++) new Error('x').stack"#,
    ),
    (
        r#"defineProperties"#,
        r#"var o = {}; for (let i = 0; i < 1e5; i++) o['k' + i] = {value: i}"#,
        r#"Object.defineProperties({}, o)"#,
    ),
    (
        r#"Reflect.ownKeys"#,
        r#"var o = new Array(1e6).fill(1)"#,
        r#"Reflect.ownKeys(o)"#,
    ),
    (
        r#"length truncate"#,
        r#"var a = []; a[2**31] = 1; for (let i = 0; i < 2e5; i++) a[i * 10000] = 1"#,
        r#"a.length = 0"#,
    ),
    (
        r#"delete many"#,
        r#"var o = {}; for (let i = 0; i < 1e5; i++) o['k' + i] = i"#,
        r#"for (let k in o) delete o[k]"#,
    ),
    (
        r#"arguments"#,
        r#"function f() { return [...arguments] } var a = new Array(6e4).fill(1)"#,
        r#"f.apply(null, a)"#,
    ),
    (
        r#"bind apply"#,
        r#"function f() {} var a = new Array(2e4).fill(1)"#,
        r#"f.bind.apply(f, a)()"#,
    ),
    (
        r#"structuredClone-like"#,
        r#"var a = new Array(2e5).fill({a: [1]})"#,
        r#"JSON.parse(JSON.stringify(a))"#,
    ),
    (
        r#"Promise.all"#,
        r#"var a = new Array(1e5).fill(1)"#,
        r#"Promise.all(a); 0"#,
    ),
];

/// The longest stretch, with how often the handler was asked.
fn longest(setup: &str, source: &str, kill_at: u64) -> (i64, u64) {
    let mut engine = Engine::new();
    unsafe {
        // The collector is not interruptible: no part of this.
        JS_SetGCThreshold(engine.rt, usize::MAX);
        JS_SetMaxStackSize(engine.rt, 1 << 20);
    }
    assert!(engine.eval(setup, false), "{setup}");
    engine.limit(0);
    let asked = engine.watch.asked;
    engine.watch.gap = 0;
    engine.watch.kill_at = if kill_at == 0 { 0 } else { asked + kill_at };
    engine.watch.last = cpu_time();
    // What the result costs to free is no part of this.
    let text = std::ffi::CString::new(source).unwrap();
    let value = unsafe {
        JS_Eval(
            engine.ctx,
            text.as_ptr(),
            source.len() as _,
            c"test".as_ptr(),
            0,
        )
    };
    engine.watch.note();
    let ended = !JS_IsException(value);
    unsafe { JS_FreeValue(engine.ctx, value) };
    let result = (engine.watch.gap, engine.watch.asked - asked);
    if kill_at == 0 {
        assert!(ended, "{source}");
    } else {
        engine.watch.kill_at = 0;
        if engine.killed() != JS_CONTEXT_KILL_NONE {
            assert!(!ended, "{source}: the kill was swallowed");
        }
        engine.clear();
        assert_eq!(
            engine.text("[3, 1, 2].sort().join()").as_deref(),
            Some("1,2,3")
        );
    }
    result
}

unsafe extern "C" {
    fn mallopt(option: i32, value: i32) -> i32;
}

fn on_large_stack(test: fn()) {
    // One arena: glibc's arenas of threads unmap and map again at every large
    // block, which is not the engine's doing.
    const M_ARENA_MAX: i32 = -8;
    unsafe { mallopt(M_ARENA_MAX, 1) };
    let thread = std::thread::Builder::new()
        .stack_size(8 << 20)
        .spawn(test)
        .unwrap();
    thread.join().unwrap();
}

#[test]
fn no_builtin_runs_five_milliseconds_without_a_poll() {
    on_large_stack(|| {
        let mut slow = Vec::new();
        for &(name, setup, source) in LONG {
            let mut best = i64::MAX;
            for _ in 0..6 {
                best = best.min(longest(setup, source, 0).0);
                if best < LONGEST {
                    break;
                }
            }
            if best >= LONGEST {
                slow.push(format!("{name}: {:.1} ms", best as f64 / 1e6));
            }
        }
        assert!(slow.is_empty(), "{slow:#?}");
    });
}

#[test]
fn a_kill_inside_of_a_builtin_leaks_nothing() {
    on_large_stack(|| {
        for &(_, setup, source) in LONG {
            for kill_at in [1, 2, 7] {
                longest(setup, source, kill_at);
            }
        }
    });
}
