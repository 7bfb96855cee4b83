//! Which hosts and addresses may be connected to.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The policy of a session.
#[derive(Debug, Clone)]
pub enum Policy {
    /// Every host and address.
    All,
    /// None.
    None,
    /// Those that the rules leave.
    Rules(Rules),
}

/// Denied is what any rule of `deny` matches. Where there is an `allow`, only what
/// it matches is left. Special addresses ([`is_special`]) are refused unless
/// `private` is set, or a rule of `allow` names the address, its network or the
/// very host; a `*.suffix` does not, for whoever answers for a whole domain could
/// point any name in it at the inside.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    pub allow: Option<Vec<Rule>>,
    pub deny: Vec<Rule>,
    pub private: bool,
}

/// What a rule matches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rule {
    /// One host, in lower case.
    Host(String),
    /// Every host below it: `*.example.com` without the `*`.
    Suffix(String),
    /// The addresses that begin with so many bits of this one.
    Network(IpAddr, u8),
}

impl Rule {
    /// `example.com`, `*.example.com`, `10.0.0.1`, `10.0.0.0/8`, `::1`, `[::1]` or
    /// `fc00::/7`.
    pub fn parse(text: &str) -> Option<Rule> {
        let text = text.trim().to_ascii_lowercase();
        if let Some((address, bits)) = text.split_once('/') {
            let address: IpAddr = address.parse().ok()?;
            let bits: u8 = bits.parse().ok()?;
            let most = if address.is_ipv4() { 32 } else { 128 };
            return (bits <= most).then_some(Rule::Network(address, bits));
        }
        let bare = text.trim_start_matches('[').trim_end_matches(']');
        if let Ok(address) = bare.parse::<IpAddr>() {
            let address = address.to_canonical();
            return Some(Rule::Network(
                address,
                if address.is_ipv4() { 32 } else { 128 },
            ));
        }
        let is_name = |name: &str| {
            !name.is_empty()
                && name
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte))
        };
        match text.strip_prefix('*') {
            Some(suffix) if suffix.starts_with('.') && is_name(&suffix[1..]) => {
                Some(Rule::Suffix(name_of(suffix).to_owned()))
            }
            None if is_name(&text) => Some(Rule::Host(name_of(&text).to_owned())),
            _ => None,
        }
    }

    fn matches_name(&self, host: &str) -> bool {
        match self {
            Rule::Host(name) => name == host,
            Rule::Suffix(suffix) => host.ends_with(suffix.as_str()),
            Rule::Network(..) => false,
        }
    }

    fn matches_address(&self, address: IpAddr) -> bool {
        match (self, address) {
            (Rule::Network(IpAddr::V4(network), bits), IpAddr::V4(address)) => {
                let shift = 32 - u32::from(*bits);
                let of = |address: Ipv4Addr| u32::from(address).checked_shr(shift).unwrap_or(0);
                of(*network) == of(address)
            }
            (Rule::Network(IpAddr::V6(network), bits), IpAddr::V6(address)) => {
                let shift = 128 - u32::from(*bits);
                let of = |address: Ipv6Addr| u128::from(address).checked_shr(shift).unwrap_or(0);
                of(*network) == of(address)
            }
            _ => false,
        }
    }
}

/// Without the dot of the root.
fn name_of(host: &str) -> &str {
    host.strip_suffix('.').unwrap_or(host)
}

impl Policy {
    /// Whether the host is out of the question before its name is resolved. An
    /// address literal is only looked at by [`Policy::allows`].
    pub fn refuses_host(&self, host: &str) -> bool {
        let host = name_of(host).to_ascii_lowercase();
        match self {
            Policy::All => false,
            Policy::None => true,
            Policy::Rules(rules) => {
                let by_network = |rule: &Rule| matches!(rule, Rule::Network(..));
                rules.deny.iter().any(|rule| rule.matches_name(&host))
                    || rules.allow.as_ref().is_some_and(|allow| {
                        !allow
                            .iter()
                            .any(|rule| by_network(rule) || rule.matches_name(&host))
                    })
            }
        }
    }

    /// Whether `address`, one of those of `host`, may be connected to.
    pub fn allows(&self, host: &str, address: IpAddr) -> bool {
        let rules = match self {
            Policy::All => return true,
            Policy::None => return false,
            Policy::Rules(rules) => rules,
        };
        let host = name_of(host).to_ascii_lowercase();
        // Both as it is and, where it stands for one, as the IPv4 address.
        let addresses = [Some(address.to_canonical()), embedded(address)];
        let matches = |rule: &Rule| {
            let mut addresses = addresses.iter().flatten();
            rule.matches_name(&host) || addresses.any(|address| rule.matches_address(*address))
        };
        if rules.deny.iter().any(matches) {
            return false;
        }
        let allowed: Vec<&Rule> = match &rules.allow {
            Some(allow) => allow.iter().filter(|rule| matches(rule)).collect(),
            None => Vec::new(),
        };
        if rules.allow.is_some() && allowed.is_empty() {
            return false;
        }
        rules.private
            || !is_special(address)
            || allowed.iter().any(|rule| !matches!(rule, Rule::Suffix(_)))
    }
}

/// The IPv4 address that an IPv6 address leads to: mapped, compatible, NAT64, 6to4.
fn embedded(address: IpAddr) -> Option<IpAddr> {
    let IpAddr::V6(address) = address else {
        return None;
    };
    let [a, b, c, d, e, f, g, h] = address.segments();
    let of = |high: u16, low: u16| {
        let bits = u32::from(high) << 16 | u32::from(low);
        Some(IpAddr::V4(Ipv4Addr::from(bits)))
    };
    match [a, b, c, d, e, f] {
        [0, 0, 0, 0, 0, 0] if u32::from(g) << 16 | u32::from(h) > 1 => of(g, h),
        [0, 0, 0, 0, 0, 0xffff] | [0, 0, 0, 0, 0xffff, 0] | [0x64, 0xff9b, 0, 0, 0, 0] => of(g, h),
        [0x2002, high, low, ..] => of(high, low),
        _ => None,
    }
}

/// Whether an address is none of the public Internet's hosts: loopback, private,
/// link-local, shared (CGNAT), unique local, multicast, documentation and others
/// of the IANA special-purpose registries (RFC 6890), also within an IPv6 address.
pub fn is_special(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_special_v4(address),
        IpAddr::V6(address) => is_special_v6(address),
    }
}

fn is_special_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    match a {
        0 | 10 | 127 | 224..=255 => true,
        100 => b & 0xc0 == 64,
        169 => b == 254,
        172 => b & 0xf0 == 16,
        192 => b == 168 || (b == 0 && matches!(c, 0 | 2)) || (b == 88 && c == 99),
        198 => b & 0xfe == 18 || (b == 51 && c == 100),
        203 => b == 0 && c == 113,
        _ => false,
    }
}

fn is_special_v6(address: Ipv6Addr) -> bool {
    if let Some(IpAddr::V4(address)) = embedded(IpAddr::V6(address)) {
        return is_special_v4(address);
    }
    let [a, b, c, d, ..] = address.segments();
    match a {
        // Unspecified, loopback; local NAT64; discard only.
        0 => true,
        0x64 => b == 0xff9b,
        0x100 => b == 0 && c == 0 && d == 0,
        // Protocol assignments (Teredo, ORCHID), documentation.
        0x2001 => b < 0x200 || b == 0xdb8,
        0x3fff => b < 0x1000,
        0x5f00 => true,
        // Unique local, link-local, site-local, multicast.
        _ => a & 0xfe00 == 0xfc00 || a & 0xff80 == 0xfe80 || a & 0xff00 == 0xff00,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().expect(text)
    }

    fn rules(allow: Option<&[&str]>, deny: &[&str], private: bool) -> Policy {
        let parse = |texts: &[&str]| {
            texts
                .iter()
                .map(|text| Rule::parse(text).expect(text))
                .collect()
        };
        Policy::Rules(Rules {
            allow: allow.map(parse),
            deny: parse(deny),
            private,
        })
    }

    #[test]
    fn special_addresses() {
        let special = [
            "0.0.0.0",
            "0.1.2.3",
            "10.1.1.1",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.255.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.1",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.7",
            "203.0.113.9",
            "224.0.0.1",
            "239.1.1.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::127.0.0.1",
            "::ffff:0:127.0.0.1",
            "64:ff9b::10.0.0.1",
            "64:ff9b:1::1",
            "100::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "2002:a00:1::1",
            "fc00::1",
            "fdff::1",
            "fe80::1",
            "febf::1",
            "fec0::1",
            "ff02::1",
            "3fff::1",
            "5f00::1",
        ];
        for text in special {
            assert!(is_special(address(text)), "{text}");
            assert!(
                !rules(None, &[], false).allows("h", address(text)),
                "{text}"
            );
            assert!(rules(None, &[], true).allows("h", address(text)), "{text}");
        }
        let public = [
            "1.1.1.1",
            "8.8.8.8",
            "9.255.255.255",
            "11.0.0.1",
            "100.63.0.1",
            "100.128.0.1",
            "126.0.0.1",
            "128.0.0.1",
            "169.253.0.1",
            "172.15.0.1",
            "172.32.0.1",
            "192.0.1.1",
            "192.167.0.1",
            "198.17.0.1",
            "198.20.0.1",
            "223.255.255.255",
            "2606:4700::1111",
            "2a00:1450::1",
            "2001:4860:4860::8888",
            "::ffff:8.8.8.8",
            "64:ff9b::8.8.8.8",
            "2002:808:808::1",
        ];
        for text in public {
            assert!(!is_special(address(text)), "{text}");
            assert!(rules(None, &[], false).allows("h", address(text)), "{text}");
        }
    }

    #[test]
    fn rules_are_read() {
        let network = |text, bits| Some(Rule::Network(address(text), bits));
        assert_eq!(
            Rule::parse("Example.COM."),
            Some(Rule::Host("example.com".into()))
        );
        assert_eq!(
            Rule::parse("*.example.com"),
            Some(Rule::Suffix(".example.com".into()))
        );
        assert_eq!(Rule::parse("10.0.0.0/8"), network("10.0.0.0", 8));
        assert_eq!(Rule::parse("[::1]"), network("::1", 128));
        assert_eq!(Rule::parse("::ffff:1.2.3.4"), network("1.2.3.4", 32));
        for wrong in [
            "",
            "*",
            "*.",
            "*example.com",
            "a b",
            "10.0.0.0/33",
            "::/129",
            "x/8",
            "http://x",
            "a:80",
            "ex*mple",
        ] {
            assert_eq!(Rule::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn networks_match_by_their_bits() {
        let ten = rules(Some(&["10.0.0.0/8"]), &[], false);
        assert!(ten.allows("h", address("10.255.0.1")));
        assert!(ten.allows("h", address("::ffff:10.255.0.1")));
        assert!(!ten.allows("h", address("11.0.0.1")));
        let all = rules(Some(&["0.0.0.0/0"]), &[], false);
        assert!(all.allows("h", address("127.0.0.1")) && !all.allows("h", address("::1")));
        assert!(rules(Some(&["::/0"]), &[], false).allows("h", address("fe80::1")));
    }

    #[test]
    fn names_are_matched_whole() {
        let policy = rules(Some(&["example.com", "*.example.org"]), &[], false);
        let public = address("93.184.216.34");
        for host in [
            "example.com",
            "EXAMPLE.com",
            "example.com.",
            "a.example.org",
            "a.b.example.org.",
        ] {
            assert!(
                !policy.refuses_host(host) && policy.allows(host, public),
                "{host}"
            );
        }
        for host in [
            "example.org",
            "a.example.com",
            "badexample.org",
            "example.com.evil.net",
        ] {
            assert!(
                policy.refuses_host(host) && !policy.allows(host, public),
                "{host}"
            );
        }
    }

    #[test]
    fn an_allowed_suffix_does_not_open_the_inside() {
        let policy = rules(Some(&["*.example.org", "db.internal"]), &[], false);
        assert!(!policy.allows("a.example.org", address("127.0.0.1")));
        assert!(policy.allows("db.internal", address("10.0.0.5")));
    }

    #[test]
    fn deny_wins() {
        let policy = rules(
            Some(&["example.com", "10.0.0.0/8"]),
            &["10.1.0.0/16", "example.com"],
            true,
        );
        assert!(policy.refuses_host("example.com"));
        assert!(!policy.allows("h", address("10.1.2.3")));
        assert!(!policy.allows("h", address("::ffff:10.1.2.3")));
        assert!(!policy.allows("h", address("2002:a01:203::")));
        assert!(policy.allows("h", address("10.2.2.3")));
        assert!(
            Policy::None.refuses_host("example.com")
                && !Policy::None.allows("h", address("8.8.8.8"))
        );
        assert!(Policy::All.allows("h", address("127.0.0.1")));
    }
}
