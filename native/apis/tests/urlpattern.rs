//! URLPattern: what the conformance data does not say.

mod common;

use common::Js;

#[test]
fn the_interface_looks_as_web_idl_says() {
    let mut js = Js::with_groups(&["url"]);
    for (code, expected) in [
        (
            "[URLPattern.length, URLPattern.name, URLPattern.prototype.test.length, URLPattern.prototype.exec.length].join()",
            "0,URLPattern,0,0",
        ),
        (
            "Object.prototype.toString.call(new URLPattern())",
            "[object URLPattern]",
        ),
        (
            "Object.keys(URLPattern.prototype).join()",
            "protocol,username,password,hostname,port,pathname,search,hash,hasRegExpGroups,test,exec,generate",
        ),
        (
            "const all = new URLPattern(); ['protocol', 'username', 'password', 'hostname', 'port', 'pathname', 'search', 'hash'].map(name => all[name]).join('')",
            "********",
        ),
        (
            "new URLPattern(null).pathname + new URLPattern({}, {}).pathname + new URLPattern({}, null).pathname",
            "***",
        ),
        (
            "new URLPattern({ pathname: '/(a|b)' }).hasRegExpGroups + '' + new URLPattern({ pathname: '/:a' }).hasRegExpGroups",
            "truefalse",
        ),
        (
            "new URLPattern({ pathname: '/A' }, { ignoreCase: true }).test({ pathname: '/a' })",
            "true",
        ),
        (
            "new URLPattern('/a', 'https://x.com').test('https://x.com/a')",
            "true",
        ),
        (
            "const found = new URLPattern({ pathname: '/:a/:b?' }).exec('https://x.com/1'); [found.inputs.length, found.pathname.groups.a, found.pathname.groups.b === undefined, 'b' in found.pathname.groups].join()",
            "1,1,true,true",
        ),
        (
            "new URLPattern({ pathname: '/a' }).exec('https://x.com/b')",
            "null",
        ),
        (
            "new URLPattern({ pathname: '/a' }).test('no url') + '' + new URLPattern().test()",
            "falsetrue",
        ),
        // Compiled with the v flag, whose classes know sets.
        (
            "new URLPattern({ pathname: '/([[a-z]--b]+)' }).test({ pathname: '/ac' }) + '' + new URLPattern({ pathname: '/([[a-z]--b]+)' }).test({ pathname: '/ab' })",
            "truefalse",
        ),
        (
            "new URLPattern({ pathname: '/x-y&&(a-b)' }).test({ pathname: '/x-y&&a-b' })",
            "true",
        ),
        (
            "RegExp.prototype.exec = () => null; new URLPattern({ pathname: '/a' }).test({ pathname: '/a' })",
            "true",
        ),
    ] {
        js.check(code, expected);
    }
    for code in [
        "URLPattern()",
        "new URLPattern('/a')",
        "new URLPattern('/a', 'none')",
        "new URLPattern('https://a.com/', 1)",
        "new URLPattern({}, 'https://a.com')",
        "new URLPattern('https://a.com/(')",
        "new URLPattern({ pathname: '/:a/:a' })",
        "new URLPattern({ pathname: Symbol() })",
        "new URLPattern().test({}, 'https://a.com')",
        "URLPattern.prototype.test.call({})",
        "URLPattern.prototype.hash",
        "URLPattern.compareComponent('pathname', {}, new URLPattern())",
        "new URLPattern().generate('nope', {})",
    ] {
        js.throws(code, "TypeError");
    }
    js.throws(
        "new URLPattern({ get hash() { throw new RangeError() }, get username() { throw 1 } })",
        "RangeError",
    );
}
