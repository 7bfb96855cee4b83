//! References to URLs, as far as documents resolve them: RFC 3986, 5.2.
//!
//! The URL Standard is the business of `URL`, which scripts that need all of it
//! have; attributes like `href` want an absolute form.

struct Parts<'u> {
    scheme: Option<&'u str>,
    authority: Option<&'u str>,
    path: &'u str,
    query: Option<&'u str>,
    fragment: Option<&'u str>,
}

fn split(url: &str) -> Parts<'_> {
    let (rest, fragment) = match url.split_once('#') {
        Some((rest, fragment)) => (rest, Some(fragment)),
        None => (url, None),
    };
    let (rest, query) = match rest.split_once('?') {
        Some((rest, query)) => (rest, Some(query)),
        None => (rest, None),
    };
    let is_scheme = |text: &str| {
        text.starts_with(|c: char| c.is_ascii_alphabetic())
            && text
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
    };
    let (scheme, rest) = match rest.split_once(':') {
        Some((scheme, after)) if is_scheme(scheme) => (Some(scheme), after),
        _ => (None, rest),
    };
    let (authority, path) = match rest.strip_prefix("//") {
        Some(after) => {
            let end = after.find('/').unwrap_or(after.len());
            (Some(&after[..end]), &after[end..])
        }
        None => (None, rest),
    };
    Parts {
        scheme,
        authority,
        path,
        query,
        fragment,
    }
}

/// The parts of an absolute URL as `Location` and links show them; empty where it is
/// none.
pub(crate) struct Url<'u>(Parts<'u>);

impl<'u> Url<'u> {
    pub fn new(url: &'u str) -> Url<'u> {
        Url(split(url))
    }

    pub fn protocol(&self) -> String {
        format!("{}:", self.0.scheme.unwrap_or(""))
    }

    pub fn host(&self) -> &'u str {
        let authority = self.0.authority.unwrap_or("");
        authority
            .rsplit_once('@')
            .map_or(authority, |(_, host)| host)
    }

    pub fn hostname(&self) -> &'u str {
        match self.host().rsplit_once(':') {
            Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
            _ => self.host(),
        }
    }

    pub fn port(&self) -> &'u str {
        let rest = &self.host()[self.hostname().len()..];
        rest.strip_prefix(':').unwrap_or("")
    }

    pub fn pathname(&self) -> &'u str {
        self.0.path
    }

    pub fn search(&self) -> String {
        match self.0.query {
            None | Some("") => String::new(),
            Some(query) => format!("?{query}"),
        }
    }

    pub fn hash(&self) -> String {
        match self.0.fragment {
            None | Some("") => String::new(),
            Some(fragment) => format!("#{fragment}"),
        }
    }

    pub fn origin(&self) -> String {
        match (self.0.scheme, self.0.authority) {
            (Some(scheme @ ("http" | "https" | "ws" | "wss" | "ftp")), Some(_)) => {
                format!("{scheme}://{}", self.host())
            }
            _ => "null".to_owned(),
        }
    }
}

/// `url` as seen from `base`; what cannot be resolved stays as it is.
pub(crate) fn resolve(base: &str, url: &str) -> String {
    let url = url.trim_matches(|c: char| c <= ' ');
    let reference = split(url);
    if reference.scheme.is_some() {
        return normalized(&reference);
    }
    let from = split(base);
    let opaque = from.authority.is_none() && !from.path.starts_with('/');
    if from.scheme.is_none() || (opaque && !url.starts_with('#')) {
        return url.to_owned();
    }
    let path: String;
    let (authority, query) = if reference.authority.is_some() {
        path = without_dots(reference.path);
        (reference.authority, reference.query)
    } else if reference.path.is_empty() {
        path = from.path.to_owned();
        (from.authority, reference.query.or(from.query))
    } else {
        path = match reference.path.starts_with('/') {
            true => without_dots(reference.path),
            false => {
                let folder = from.path.rfind('/').map_or("/", |at| &from.path[..=at]);
                without_dots(&format!("{folder}{}", reference.path))
            }
        };
        (from.authority, reference.query)
    };
    join(from.scheme, authority, &path, query, reference.fragment)
}

fn normalized(parts: &Parts<'_>) -> String {
    let scheme = parts.scheme.map(str::to_ascii_lowercase);
    let special = matches!(
        scheme.as_deref(),
        Some("http" | "https" | "ws" | "wss" | "ftp")
    );
    let authority = parts.authority.map(str::to_ascii_lowercase);
    let path = match special && parts.authority.is_some() {
        true if parts.path.is_empty() => "/".to_owned(),
        true => without_dots(parts.path),
        false => parts.path.to_owned(),
    };
    join(
        scheme.as_deref(),
        authority.as_deref(),
        &path,
        parts.query,
        parts.fragment,
    )
}

fn join(
    scheme: Option<&str>,
    authority: Option<&str>,
    path: &str,
    query: Option<&str>,
    fragment: Option<&str>,
) -> String {
    let mut out = String::new();
    if let Some(scheme) = scheme {
        out.push_str(scheme);
        out.push(':');
    }
    if let Some(authority) = authority {
        out.push_str("//");
        out.push_str(authority);
        if !path.starts_with('/') {
            out.push('/');
        }
    }
    out.push_str(path);
    if let Some(query) = query {
        out.push('?');
        out.push_str(query);
    }
    if let Some(fragment) = fragment {
        out.push('#');
        out.push_str(fragment);
    }
    out
}

fn without_dots(path: &str) -> String {
    let mut out: Vec<&str> = Vec::new();
    let segments: Vec<&str> = path.split('/').skip(1).collect();
    for (index, segment) in segments.iter().enumerate() {
        let last = index + 1 == segments.len();
        match *segment {
            "." | "%2e" => {
                if last {
                    out.push("");
                }
            }
            ".." => {
                out.pop();
                if last {
                    out.push("");
                }
            }
            other => out.push(other),
        }
    }
    format!("/{}", out.join("/"))
}

#[cfg(test)]
mod tests {
    use super::resolve;

    #[test]
    fn references() {
        let base = "http://a/b/c/d;p?q";
        let cases = [
            ("g", "http://a/b/c/g"),
            ("./g/", "http://a/b/c/g/"),
            ("/g", "http://a/g"),
            ("//g", "http://g/"),
            ("?y", "http://a/b/c/d;p?y"),
            ("#s", "http://a/b/c/d;p?q#s"),
            ("", "http://a/b/c/d;p?q"),
            ("../..", "http://a/"),
            ("../../../g", "http://a/g"),
            ("HTTPS://X.org", "https://x.org/"),
            ("mailto:x@y", "mailto:x@y"),
        ];
        for (reference, expected) in cases {
            assert_eq!(resolve(base, reference), expected, "{reference}");
        }
        assert_eq!(resolve("about:blank", "/x"), "/x");
        assert_eq!(resolve("about:blank", "#x"), "about:blank#x");
    }
}
