mod common;
use common::Js;

const SAME: &str = "
    const same = (a, b, seen = new Map()) => {
        if (typeof a !== 'object' || a === null) return Object.is(a, b);
        if (a === b) return false;
        if (seen.has(a)) return seen.get(a) === b;
        seen.set(a, b);
        if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
        const ka = Reflect.ownKeys(a).filter(k => typeof k === 'string' && k !== 'stack').sort(), kb = Reflect.ownKeys(b).filter(k => k !== 'stack').sort();
        if (ka.join() !== kb.join()) return false;
        if (a instanceof Map || a instanceof Set) { if (!same([...a], [...b], seen)) return false; }
        if (a instanceof Date && !Object.is(+a, +b)) return false;
        if (a instanceof RegExp && String(a) !== String(b)) return false;
        return ka.every(k => same(a[k], b[k], seen));
    };";

#[test]
fn copies() {
    let mut js = Js::new();
    js.eval(SAME).unwrap();
    for value in [
        "1",
        "-0",
        "NaN",
        "'a\\ud800'",
        "true",
        "null",
        "undefined",
        "10n ** 50n",
        "-1n",
        "({ a: 1, b: { c: [1, , 'x'] }, 'd e': null })",
        "[1, , 3, , ]",
        "Object.assign([1, 2], { x: { y: 1 } })",
        "[]",
        "({})",
        "new Date(5)",
        "new Date(NaN)",
        "/a\\/b/giy",
        "new RegExp('', 'v')",
        "new Map([[{ k: 1 }, [1]], ['x', new Map()]])",
        "new Set([1, 'a', { b: 1 }])",
        "new Error('m')",
        "new RangeError('r', { cause: { a: 1 } })",
        "new Uint8Array([1, 2, 3])",
        "new Float64Array([1.5, -0])",
        "({ '2': 'b', '1': 'a', z: 1, y: 2 })",
        "({ __proto__: null, ['__proto__']: 5 }).__proto__",
    ] {
        js.check(&format!("(v => same(v, structuredClone(v)) || typeof v !== 'object' && Object.is(v, structuredClone(v)))({value})"), "true");
    }
    js.check(
        "Object.keys(structuredClone({ b: 1, a: 2, 1: 3 })).join()",
        "1,b,a",
    );
    js.check("const own = structuredClone(JSON.parse('{\"__proto__\": {\"x\": 1}}')); Object.hasOwn(own, '__proto__') && own.x === undefined", "true");
    js.check(
        "structuredClone.length + structuredClone.name",
        "1structuredClone",
    );
}

#[test]
fn wrappers_errors_and_classes() {
    let mut js = Js::new();
    js.check("[Object(1), Object('s'), Object(true), Object(5n)].map(v => { const c = structuredClone(v); return typeof c + ':' + typeof c.valueOf() + ':' + c.valueOf() }).join()",
        "object:number:1,object:string:s,object:boolean:true,object:bigint:5");
    js.check("class P { constructor() { this.x = 1 } m() {} } const c = structuredClone(new P()); Object.getPrototypeOf(c) === Object.prototype && c.x", "1");
    js.check("const e = new URIError('u'); e.extra = 1; const d = structuredClone(e); [d instanceof URIError, d.message, d.extra, d.stack === e.stack, Object.keys(d).length].join()", "true,u,,true,0");
    js.check("class My extends Error { name = 'My' } const m = structuredClone(new My('x')); [m.constructor === Error, m.name, m.message].join()", "true,Error,x");
    js.check(
        "Object.hasOwn(structuredClone(new Error()), 'message')",
        "false",
    );
    js.check(
        "Object.hasOwn(structuredClone(new Error('')), 'message')",
        "true",
    );
    js.check(
        "const ca = new Error('a'); ca.cause = ca; const cc = structuredClone(ca); cc.cause === cc",
        "true",
    );
    js.check("const x = structuredClone(new DOMException('m', 'AbortError')); [x instanceof DOMException, x.name, x.message, x.code].join()", "true,AbortError,m,20");
    js.check("const r = /x/g; r.lastIndex = 3; r.extra = 1; const q = structuredClone(r); [q.lastIndex, q.extra].join()", "0,");
    js.check("structuredClone({ get a() { return 7 } }).a", "7");
    js.check(
        "Reflect.ownKeys(structuredClone({ [Symbol()]: 1, a: 1 })).length",
        "1",
    );
    js.check(
        "Reflect.ownKeys(structuredClone(Object.defineProperty({}, 'h', { value: 1 }))).length",
        "0",
    );
}

#[test]
fn identity() {
    let mut js = Js::new();
    js.check("const o = { a: [] }; o.self = o; o.b = o.a; o.m = new Map([[o, o.a]]); const c = structuredClone(o); [c.self === c, c.a === c.b, c.m.get(c) === c.a, c !== o].join()", "true,true,true,true");
    js.check(
        "const s = new Set(); s.add(s); const t = structuredClone(s); t.has(t)",
        "true",
    );
    js.check("const buf = new ArrayBuffer(8); const two = structuredClone([new Uint8Array(buf, 2, 3), new DataView(buf, 1), buf]); [two[0].buffer === two[1].buffer, two[2] === two[0].buffer, two[0].byteOffset, two[0].length, two[1].byteOffset, two[1].byteLength].join()", "true,true,2,3,1,7");
    js.check(
        "const g = structuredClone({ get a() { return {} }, get b() { return {} } }); g.a !== g.b",
        "true",
    );
}

#[test]
fn buffers() {
    let mut js = Js::new();
    js.check("const r = new ArrayBuffer(2, { maxByteLength: 6 }); const v = new Uint8Array(r); v[1] = 9; const c = structuredClone(v); c.buffer.resize(4); [c.length, c[1], c.buffer.resizable, c.buffer.maxByteLength, v.length].join()", "4,9,true,6,2");
    js.check(
        "const f = structuredClone(new Uint8Array(r, 0, 2)); f.buffer.resize(6); f.length",
        "2",
    );
    js.check(
        "const dv = structuredClone(new DataView(r, 1)); dv.buffer.resize(6); dv.byteLength",
        "5",
    );
    js.check("const types = [Int8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array, Float16Array, Float32Array, Float64Array, BigInt64Array, BigUint64Array]; types.every(T => structuredClone(new T(3)) instanceof T)", "true");
    js.throws(
        "const oob = new Uint8Array(r, 0, 2); r.resize(1); structuredClone(oob)",
        "DataCloneError",
    );
    js.throws(
        "const det = new ArrayBuffer(1); det.transfer(); structuredClone(det)",
        "DataCloneError",
    );
}

#[test]
fn clones_of_a_shared_array_buffer_share_its_memory() {
    let mut js = Js::new();
    js.check(
        "const sab = new SharedArrayBuffer(8); const twin = structuredClone(sab);
         new Int32Array(sab)[1] = 7;
         [twin !== sab, twin instanceof SharedArrayBuffer, twin.byteLength,
          new Int32Array(twin)[1], twin.growable].join()",
        "true,true,8,7,false",
    );
    js.check(
        "const { a, b, view } = structuredClone({ a: sab, b: sab, view: new Int32Array(sab, 4) });
         Atomics.add(view, 0, 1);
         [a === b, view.buffer === a, Atomics.load(new Int32Array(sab), 1)].join()",
        "true,true,8",
    );
    js.check(
        "const grows = new SharedArrayBuffer(1, { maxByteLength: 16 });
         const other = structuredClone(grows); const bytes = new Uint8Array(other);
         grows.grow(9); new Uint8Array(grows)[8] = 5;
         [other.byteLength, other.maxByteLength, bytes.length, bytes[8], other.growable].join()",
        "9,16,9,5,true",
    );
    js.throws("other.grow(8)", "RangeError");
    js.throws(
        "structuredClone(sab, { transfer: [sab] })",
        "DataCloneError",
    );
    js.throws("structuredClone([sab, () => 1])", "DataCloneError");
    js.check(
        "twin.own = sab; sab.own = twin; new Int32Array(twin)[1]",
        "8",
    );
}

#[test]
fn shared_memory_goes_with_the_last_who_shares_it() {
    let mut js = Js::new();
    js.check("structuredClone(new SharedArrayBuffer(1)).byteLength", "1");
    let before = js.live_bytes();
    js.check(
        "(() => { let sab = new SharedArrayBuffer(1e6); const twin = structuredClone(sab);
           for (let i = 0; i < 100; i++) structuredClone(sab);
           sab.twin = twin; twin.sab = sab; globalThis.last = structuredClone(twin);
           return last.byteLength })()",
        "1000000",
    );
    assert!(js.live_bytes() > before + 1_000_000);
    assert!(js.live_bytes() < before + 1_010_000);
    js.check("last = null", "null");
    js.run_tasks();
    assert!(js.live_bytes() < before + 10_000);

    let mut small = Js::with_limit(400_000);
    small.throws("new SharedArrayBuffer(1e6)", "InternalError");
    small.throws(
        "new SharedArrayBuffer(1, { maxByteLength: 1e6 })",
        "InternalError",
    );
    small.check("new SharedArrayBuffer(1e4).byteLength", "10000");
}

#[test]
fn transfer() {
    let mut js = Js::new();
    js.check("const b = new Uint8Array([1, 2, 3]); const c = structuredClone(b, { transfer: [b.buffer] }); [b.length, b.buffer.detached, c.join('')].join()", "0,true,123");
    js.check("const r = new ArrayBuffer(2, { maxByteLength: 4 }); const k = structuredClone(null, { transfer: [r] }); [k, r.detached].join()", ",true");
    js.check("const z = new ArrayBuffer(4); const y = structuredClone({ z, w: new Uint8Array(z, 1) }, { transfer: new Set([z]) }); y.w.buffer === y.z && y.w.byteOffset === 1 && z.detached", "true");
    js.throws(
        "const d = new ArrayBuffer(1); structuredClone(1, { transfer: [d, d] })",
        "DataCloneError",
    );
    js.throws("structuredClone(1, { transfer: [{}] })", "DataCloneError");
    js.throws("structuredClone(1, { transfer: [1] })", "TypeError");
    js.throws("structuredClone(1, { transfer: 1 })", "TypeError");
    js.throws("structuredClone(1, { transfer: {} })", "TypeError");
    js.throws("structuredClone(1, 1)", "TypeError");
    js.throws("const gone = new ArrayBuffer(1); gone.transfer(); structuredClone(1, { transfer: [gone] })", "DataCloneError");
    // Nothing is detached when the clone fails.
    js.check("const kept = new ArrayBuffer(1); try { structuredClone(() => 1, { transfer: [kept] }) } catch { kept.detached }", "false");
    js.throws("const late = new ArrayBuffer(1); structuredClone({ get a() { late.transfer() } }, { transfer: [late] })", "DataCloneError");
    js.check("structuredClone(1, { transfer: undefined }) + structuredClone(1, undefined) + structuredClone(1, null)", "3");
}

#[test]
fn refusals() {
    let mut js = Js::new();
    js.throws("structuredClone()", "TypeError");
    for value in [
        "() => 1",
        "class {}",
        "Symbol()",
        "Object(Symbol())",
        "new WeakMap()",
        "new WeakSet()",
        "new WeakRef({})",
        "Promise.resolve()",
        "new Proxy({}, {})",
        "new Proxy([], {})",
        "(function* () {})()",
        "[].values()",
        "new Map().keys()",
        "new FinalizationRegistry(() => {})",
        "new TextDecoder()",
        "crypto",
        "{ a: { b: () => 1 } }",
        "[Symbol.iterator]",
        "new Map([[1, () => 1]])",
        "new Set([Symbol()])",
        "new Error('a', { cause: () => 1 })",
        "function () {}.bind()",
        "globalThis",
    ] {
        js.throws(&format!("structuredClone({value})"), "DataCloneError");
    }
    js.check(
        "try { structuredClone(() => 1) } catch (e) { [e instanceof DOMException, e.code].join() }",
        "true,25",
    );
    js.throws(
        "structuredClone({ get a() { throw new RangeError('mine') } })",
        "RangeError",
    );
}

#[test]
fn tampering_changes_nothing() {
    let mut js = Js::new();
    js.eval("
        const boom = () => { throw new EvalError('called') };
        const define = Object.defineProperty, text = String;
        const values = { m: new Map([[1, { a: 1 }]]), s: new Set([1]), d: new Date(7), r: /x/g, e: new RangeError('m', { cause: [1] }),
            b: new ArrayBuffer(2), u: new Uint8Array([1, 2]), v: new DataView(new ArrayBuffer(3), 1), n: Object(1), t: Object('t'), l: [1, , { q: 2 }] };
        const has = Map.prototype.has, { apply } = Reflect, deep = values.l;
        const classes = [Object, Map, Set, Date, RegExp, Error, RangeError, ArrayBuffer, Uint8Array, DataView, Number, String, Array, Object.getPrototypeOf(Uint8Array)];
        const keys = classes.map(C => Reflect.ownKeys(C.prototype));
        const names = ['Map', 'Set', 'Date', 'RegExp', 'Error', 'RangeError', 'ArrayBuffer', 'Uint8Array', 'DataView', 'DOMException', 'Object', 'Array', 'Symbol'];
        const desc = { __proto__: null, get: boom, set: boom, configurable: true };
        for (let i = 0; i < classes.length; i++)
            for (let j = 0; j < keys[i].length; j++)
                if (keys[i][j] !== 'name' && keys[i][j] !== 'stack') try { define(classes[i].prototype, keys[i][j], desc) } catch {}
        for (let i = 0; i < names.length; i++) globalThis[names[i]] = boom;
        for (let i = 0, k = ['a', 'q', '0', 'message', 'cause', 'm', 'get', 'value']; i < 8; i++) define(Reflect.getPrototypeOf(values), k[i], desc); 0")
        .unwrap();
    js.check(
        "const c = structuredClone(values); c.l[2].q + '' + apply(has, c.m, [1]) + c.u[1]",
        "2true2",
    );
}

#[test]
fn depth_and_size() {
    let mut js = Js::new();
    js.check("let deep = {}; for (let i = 0; i < 200000; i++) deep = i % 2 ? [deep] : { deep }; let n = 0, c = structuredClone(deep); while (c = Array.isArray(c) ? c[0] : c.deep) n++; n", "200000");
    js.check("let m = new Map(); for (let i = 0; i < 50000; i++) m = new Map([[m, new Set([m])]]); structuredClone(m).size", "1");
    js.check("let e = new Error('x'); for (let i = 0; i < 20000; i++) e = new Error('y', { cause: e }); structuredClone(e).message", "y");
    js.check(
        "structuredClone(Array.from({ length: 1e5 }, (_, i) => i)).length",
        "100000",
    );
    js.check(
        "structuredClone(new Array(2 ** 32 - 1)).length",
        "4294967295",
    );
}
