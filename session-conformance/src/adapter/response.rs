//! What came back.

/// The status and the headers.
#[derive(Debug)]
pub(super) struct Head {
    pub(super) status: u16,
    /// The names are in lower case.
    pub(super) headers: Vec<(String, String)>,
}

impl Head {
    /// The values of all headers of this name.
    pub(super) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        let named = self.headers.iter().filter(move |(known, _)| known == name);
        named.map(|(_, value)| value.as_str())
    }
}

/// A complete response.
#[derive(Debug)]
pub(super) struct Response {
    pub(super) head: Head,
    pub(super) body: String,
}

impl Response {
    pub(super) fn status(&self) -> u16 {
        self.head.status
    }

    /// The values of all headers of this name, each a line of its own.
    pub(super) fn all(&self, name: &str) -> Vec<&str> {
        self.head.all(name).collect()
    }

    /// Every member of all headers of this name that hold lists.
    pub(super) fn members(&self, name: &str) -> Vec<String> {
        let lists = self.head.all(name).flat_map(|list| list.split(','));
        lists.map(|member| member.trim().to_ascii_lowercase()).collect()
    }

    pub(super) fn set_cookies(&self) -> Vec<&str> {
        self.all("set-cookie")
    }

    /// The attributes of each cookie that is set, without its name and value.
    pub(super) fn cookie_attributes(&self) -> Vec<String> {
        let set = self.head.all("set-cookie");
        set.filter_map(|cookie| cookie.split_once("; "))
            .map(|(_, attributes)| attributes.to_owned())
            .collect()
    }
}
