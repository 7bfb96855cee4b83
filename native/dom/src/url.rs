//! References to URLs in documents.

use quickbeam_url::Url;

/// `url` as seen from `base`; what is no URL stays as it is.
pub(crate) fn resolve(base: &str, url: &str) -> String {
    let base = Some(base).filter(|base| !base.is_empty());
    match Url::parse(url, base) {
        Some(url) => url.href().to_owned(),
        None => url.to_owned(),
    }
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
            ("http:g", "http://a/b/c/g"),
            ("mailto:x@y", "mailto:x@y"),
            ("http://[", "http://["),
        ];
        for (reference, expected) in cases {
            assert_eq!(resolve(base, reference), expected, "{reference}");
        }
        assert_eq!(resolve("about:blank", "/x"), "/x");
        assert_eq!(resolve("about:blank", "#x"), "about:blank#x");
        assert_eq!(resolve("", "https://x"), "https://x/");
    }
}
