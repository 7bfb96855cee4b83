//! The modules of Node, which are never in a bundle.

const NAMES: &[&str] = &[
    "assert",
    "async_hooks",
    "buffer",
    "child_process",
    "cluster",
    "console",
    "constants",
    "crypto",
    "dgram",
    "diagnostics_channel",
    "dns",
    "domain",
    "events",
    "fs",
    "http",
    "http2",
    "https",
    "inspector",
    "module",
    "net",
    "os",
    "path",
    "perf_hooks",
    "process",
    "punycode",
    "querystring",
    "readline",
    "repl",
    "stream",
    "string_decoder",
    "sys",
    "test",
    "timers",
    "tls",
    "trace_events",
    "tty",
    "url",
    "util",
    "v8",
    "vm",
    "wasi",
    "worker_threads",
    "zlib",
];

/// Whether a name is that of a module of Node, such as `fs`, `node:fs` or `fs/promises`.
pub fn is_builtin(name: &str) -> bool {
    let first = name.split('/').next().unwrap_or(name);
    name.starts_with("node:") || NAMES.contains(&first)
}

/// What an IIFE has for a module of Node or an external package.
pub fn global(name: &str, external: &[(String, Option<String>)]) -> String {
    let given = external.iter().find(|(package, _)| package == name);
    match given {
        Some((_, Some(expression))) => expression.clone(),
        _ if is_builtin(name) => format!("require({name:?})"),
        _ => identifier(name),
    }
}

/// `lodash-es` as `lodashEs`.
fn identifier(name: &str) -> String {
    let mut identifier = String::with_capacity(name.len());
    let mut upper = false;
    for character in name.chars() {
        if character.is_alphanumeric() || character == '_' || character == '$' {
            if identifier.is_empty() && character.is_numeric() {
                identifier.push('_');
            }
            if upper && !identifier.is_empty() {
                identifier.extend(character.to_uppercase());
            } else {
                identifier.push(character);
            }
            upper = false;
        } else {
            upper = true;
        }
    }
    identifier
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_of_node_are_required() {
        assert!(is_builtin("fs/promises") && is_builtin("node:sqlite") && !is_builtin("fsx"));
        let external = [
            ("react".to_owned(), Some("React".to_owned())),
            ("@vue/server-renderer".to_owned(), None),
        ];
        assert_eq!(global("node:fs", &external), "require(\"node:fs\")");
        assert_eq!(global("react", &external), "React");
        assert_eq!(
            global("@vue/server-renderer", &external),
            "vueServerRenderer"
        );
        assert_eq!(global("2d", &[]), "_2d");
    }
}
