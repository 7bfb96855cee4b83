//! The URL of a request, taken apart. It comes from a URL parser; what that would
//! never write is refused.

use base64_simd::STANDARD;
use http::HeaderValue;
use percent_encoding::percent_decode_str;

use crate::error::Error;

/// Scheme, host and port: what a connection is made to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Origin {
    pub(crate) secure: bool,
    /// A name, an IPv4 address, or an IPv6 address without brackets.
    pub(crate) host: String,
    pub(crate) port: u16,
}

pub(crate) struct Target {
    pub(crate) origin: Origin,
    /// Host, and port where it is not the scheme's own, as `Host` wants it.
    pub(crate) authority: String,
    /// User and password before the host, as they stand in the URL.
    pub(crate) userinfo: Option<String>,
    /// Path and query.
    pub(crate) path: String,
}

impl Target {
    /// `schemes` are the plain and the secure one.
    pub(crate) fn parse(url: &str, schemes: [&str; 2]) -> Result<Target, Error> {
        let wrong = || Error::Url(url.chars().take(200).collect());
        let (scheme, rest) = url.split_once("://").ok_or_else(wrong)?;
        let secure = scheme == schemes[1];
        if !secure && scheme != schemes[0] {
            return Err(wrong());
        }
        let rest = rest.split_once('#').map_or(rest, |(rest, _)| rest);
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        let (userinfo, authority) = match authority.rsplit_once('@') {
            Some((userinfo, authority)) => (Some(userinfo.to_owned()), authority),
            None => (None, authority),
        };
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if !port.contains(']') => (host, Some(port)),
            _ => (authority, None),
        };
        let default = if secure { 443 } else { 80 };
        let port = match port {
            Some(port) => port.parse().map_err(|_| wrong())?,
            None => default,
        };
        let bare = host
            .strip_prefix('[')
            .and_then(|host| host.strip_suffix(']'))
            .unwrap_or(host);
        let bytes_fit = bare.bytes().all(|byte| byte.is_ascii_graphic());
        if bare.is_empty() || !bytes_fit {
            return Err(wrong());
        }
        if port != default && is_bad_port(port) {
            return Err(Error::Port(port));
        }
        let path = match path.as_bytes().first() {
            Some(b'/') => escape(path),
            _ => format!("/{}", escape(path)),
        };
        Ok(Target {
            origin: Origin {
                secure,
                host: bare.to_owned(),
                port,
            },
            authority: authority.to_owned(),
            userinfo,
            path,
        })
    }
}

impl Target {
    /// What `Authorization` says of the user of the URL (RFC 7617), where it has one.
    pub(crate) fn authorization(&self) -> Option<HeaderValue> {
        let userinfo = self.userinfo.as_deref()?;
        let (user, password) = userinfo.split_once(':').unwrap_or((userinfo, ""));
        let mut credentials: Vec<u8> = percent_decode_str(user).collect();
        credentials.push(b':');
        credentials.extend(percent_decode_str(password));
        let value = format!("Basic {}", STANDARD.encode_to_string(credentials));
        let mut value = HeaderValue::try_from(value).ok()?;
        value.set_sensitive(true);
        Some(value)
    }
}

fn escape(path: &str) -> String {
    use std::fmt::Write;
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_graphic() && !b"\"<>".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// Fetch Standard, "port blocking".
pub fn is_bad_port(port: u16) -> bool {
    const BAD: &[u16] = &[
        0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95,
        101, 102, 103, 104, 109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179,
        389, 427, 465, 512, 513, 514, 515, 526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601,
        636, 989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566,
        6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080,
    ];
    BAD.binary_search(&port).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(url: &str) -> Target {
        Target::parse(url, ["http", "https"]).unwrap_or_else(|error| panic!("{url}: {error}"))
    }

    #[test]
    fn urls_are_taken_apart() {
        let target = parse("https://user:p%40ss@example.com:8443/a/b?c=d|e#f");
        assert!(target.origin.secure);
        assert_eq!(target.origin.host, "example.com");
        assert_eq!(target.origin.port, 8443);
        assert_eq!(target.authority, "example.com:8443");
        assert_eq!(target.userinfo.as_deref(), Some("user:p%40ss"));
        assert_eq!(target.path, "/a/b?c=d|e");
        let authorization = target.authorization().expect("a user");
        assert_eq!(authorization, "Basic dXNlcjpwQHNz");
        let target = parse("http://[::1]:3000?q");
        assert!(target.authorization().is_none());
        assert_eq!(
            (target.origin.host.as_str(), target.origin.port),
            ("::1", 3000)
        );
        assert_eq!(target.path, "/?q");
        let target = parse("http://[::1]/");
        assert_eq!(
            (target.authority.as_str(), target.origin.port),
            ("[::1]", 80)
        );
    }

    #[test]
    fn what_is_no_url_of_a_host_is_refused() {
        for url in [
            "",
            "x",
            "ftp://x/",
            "http://",
            "http:///x",
            "http://a b/",
            "http://x:99999/",
        ] {
            assert!(Target::parse(url, ["http", "https"]).is_err(), "{url}");
        }
        let blocked = Target::parse("http://x:25/", ["http", "https"]);
        assert!(matches!(blocked, Err(Error::Port(25))));
    }
}
