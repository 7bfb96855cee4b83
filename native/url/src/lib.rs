//! URLs as the URL Standard has them: `ada-url`, with its parts under one name each.
//!
//! For `URL` (crate apis) and for documents (crate dom).

#![forbid(unsafe_code)]

use std::fmt;
use std::ops::Deref;

/// A part of a URL that can be set: the attributes of the interface `URL`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    Protocol,
    Username,
    Password,
    Host,
    Hostname,
    Port,
    Pathname,
    Search,
    Hash,
}

impl Part {
    /// The part that an attribute of this name stands for.
    pub fn named(name: &str) -> Option<Part> {
        Some(match name {
            "protocol" => Part::Protocol,
            "username" => Part::Username,
            "password" => Part::Password,
            "host" => Part::Host,
            "hostname" => Part::Hostname,
            "port" => Part::Port,
            "pathname" => Part::Pathname,
            "search" => Part::Search,
            "hash" => Part::Hash,
            _ => return None,
        })
    }
}

/// A domain of labels in ASCII as people read it (UTS #46, ToUnicode).
pub fn to_unicode(domain: &str) -> String {
    ada_url::Idna::unicode(domain)
}

/// A URL record. What only reads it are the methods of [`ada_url::Url`].
pub struct Url(ada_url::Url);

impl Url {
    /// The URL parser (4.4); `None` is failure.
    pub fn parse(text: &str, base: Option<&str>) -> Option<Url> {
        ada_url::Url::parse(text, base).ok().map(Url)
    }

    /// Take another URL's place; whether the text is one.
    pub fn set_href(&mut self, text: &str) -> bool {
        let url = Url::parse(text, None);
        url.map(|url| *self = url).is_some()
    }

    /// The value of a part, as the attribute of the interface `URL` gives it.
    pub fn part(&self, part: Part) -> &str {
        match part {
            Part::Protocol => self.protocol(),
            Part::Username => self.username(),
            Part::Password => self.password(),
            Part::Host => self.host(),
            Part::Hostname => self.hostname(),
            Part::Port => self.port(),
            Part::Pathname => self.pathname(),
            Part::Search => self.search(),
            Part::Hash => self.hash(),
        }
    }

    /// Set a part as the attribute of the interface `URL` does (6.1); whether the value
    /// was taken.
    pub fn set_part(&mut self, part: Part, value: &str) -> bool {
        let url = &mut self.0;
        let given = Some(value);
        match part {
            Part::Protocol => url.set_protocol(value).is_ok(),
            Part::Username => url.set_username(given).is_ok(),
            Part::Password => url.set_password(given).is_ok(),
            Part::Host => url.set_host(given).is_ok(),
            Part::Hostname => url.set_hostname(given).is_ok(),
            Part::Port => url.set_port(given).is_ok(),
            Part::Pathname => url.set_pathname(given).is_ok(),
            Part::Search => {
                url.set_search(given);
                true
            }
            Part::Hash => {
                url.set_hash(given);
                true
            }
        }
    }

    /// Drop the query, with its mark.
    pub fn remove_search(&mut self) {
        self.0.set_search(None);
    }
}

impl Deref for Url {
    type Target = ada_url::Url;

    fn deref(&self) -> &ada_url::Url {
        &self.0
    }
}

impl fmt::Debug for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Url").field(&self.href()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::{Part, Url, to_unicode};

    #[test]
    fn parts_are_set_as_attributes_are() {
        let mut url = Url::parse("p?q", Some("https://example.org:81/")).unwrap();
        assert_eq!(url.href(), "https://example.org:81/p?q");
        assert!(url.set_part(Part::Hostname, "b\u{fc}cher.de"));
        assert_eq!(url.part(Part::Host), "xn--bcher-kva.de:81");
        assert_eq!(to_unicode(url.part(Part::Hostname)), "b\u{fc}cher.de");
        for part in [Part::Host, Part::Hostname] {
            assert!(!url.set_part(part, "a b"));
        }
        assert!(!url.set_href("https://a b/"));
        url.remove_search();
        assert_eq!(url.href(), "https://xn--bcher-kva.de:81/p");
    }
}
