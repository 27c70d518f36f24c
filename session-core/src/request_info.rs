//! What is known of a request besides its cookies, and whether its cookie is Secure.

use std::net::IpAddr;

use ipnet::IpNet;

use crate::cookie::InvalidCookie;

/// What the adapter knows of the request besides its cookies.
///
/// ```
/// use session_core::RequestInfo;
///
/// let info = RequestInfo::new().peer([10, 0, 0, 1].into()).forwarded_proto(b"https");
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct RequestInfo<'a> {
    is_tls: bool,
    peer: Option<IpAddr>,
    forwarded_proto: Option<&'a [u8]>,
}

impl<'a> RequestInfo<'a> {
    /// Nothing is known.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The request came to this process by TLS.
    #[must_use]
    pub fn over_tls(mut self) -> Self {
        self.is_tls = true;
        self
    }

    /// The address at the other end of the connection.
    #[must_use]
    pub fn peer(mut self, address: IpAddr) -> Self {
        self.peer = Some(address);
        self
    }

    /// The value of `X-Forwarded-Proto`. Believed only from a trusted proxy; of several, the first counts.
    #[must_use]
    pub fn forwarded_proto(mut self, value: &'a [u8]) -> Self {
        self.forwarded_proto = Some(value);
        self
    }
}

/// The proxies whose `X-Forwarded-Proto` is believed.
///
/// ```
/// use session_core::TrustedProxies;
///
/// let proxies = TrustedProxies::new(["10.0.0.0/8", "::1"])?;
/// # Ok::<(), session_core::InvalidCookie>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct TrustedProxies(Vec<IpNet>);

impl TrustedProxies {
    /// Addresses and ranges such as `10.1.2.3`, `10.0.0.0/8` or `fd00::/8`.
    ///
    /// # Errors
    ///
    /// When one is neither an address nor a range.
    pub fn new<T: AsRef<str>>(addresses: impl IntoIterator<Item = T>) -> Result<Self, InvalidCookie> {
        let parse = |text: &str| {
            text.parse::<IpNet>()
                .or_else(|_| text.parse::<IpAddr>().map(IpNet::from))
                .map_err(|_| InvalidCookie::Proxy(text.to_owned()))
        };
        addresses
            .into_iter()
            .map(|text| parse(text.as_ref()))
            .collect::<Result<_, _>>()
            .map(Self)
    }

    fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|range| range.contains(&address))
    }
}

/// When the cookie is Secure.
#[derive(Clone, Debug)]
pub(crate) enum Secure {
    Always,
    Never,
    AsTheRequest(TrustedProxies),
}

impl Secure {
    pub(crate) fn depends_on_the_request(&self) -> bool {
        matches!(self, Self::AsTheRequest(_))
    }

    /// Whether the cookie of this request's answer is Secure.
    pub(crate) fn applies(&self, request: &RequestInfo<'_>) -> bool {
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::AsTheRequest(trusted) => {
                let says_https = || {
                    let first = request
                        .forwarded_proto
                        .and_then(|value| value.split(|byte| *byte == b',').next());
                    first.is_some_and(|proto| proto.trim_ascii().eq_ignore_ascii_case(b"https"))
                };
                request.is_tls || (request.peer.is_some_and(|peer| trusted.contains(peer)) && says_https())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_trusted_proxy_is_believed() {
        let secure = Secure::AsTheRequest(TrustedProxies::new(["10.0.0.0/8", "fd00::/8"]).unwrap());
        let proxied = |peer: &str, proto: &'static [u8]| {
            secure.applies(&RequestInfo::new().peer(peer.parse().unwrap()).forwarded_proto(proto))
        };
        assert!(proxied("10.1.2.3", b"https"));
        assert!(proxied("::ffff:10.1.2.3", b" HTTPS , http"));
        assert!(proxied("fd00::7", b"https"));
        assert!(!proxied("10.1.2.3", b"http, https"));
        assert!(!proxied("192.0.2.1", b"https"));
        assert!(!secure.applies(&RequestInfo::new().forwarded_proto(b"https")));
        assert!(secure.applies(&RequestInfo::new().over_tls()));
        assert!(Secure::Always.applies(&RequestInfo::new()));
        assert!(!Secure::Never.applies(&RequestInfo::new().over_tls()));
    }
}
