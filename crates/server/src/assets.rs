//! Style sheet, scripts, icon and signs, built into the binary and served under a hash of their content,
//! so that a browser may keep them for ever and a new build is never mixed with an old one.

/// A static file.
#[derive(Clone, Copy, Debug)]
pub struct Asset {
    pub name: &'static str,
    pub content_type: &'static str,
    pub bytes: &'static [u8],
    hash: u64,
}

/// What may be said of a file whose address changes with its content.
pub const CACHE_CONTROL: &str = "public, max-age=31536000, immutable";

pub(crate) const CSS: &str = "text/css; charset=utf-8";
const JS: &str = "text/javascript; charset=utf-8";
const SVG: &str = "image/svg+xml";

const ASSETS: [Asset; 10] = [
    Asset::new(
        "stepwell.css",
        CSS,
        include_bytes!("../../../static/stepwell.css"),
    ),
    Asset::new(
        "account.css",
        CSS,
        include_bytes!("../../../static/account.css"),
    ),
    Asset::new(
        "form-post.js",
        JS,
        include_bytes!("../../../static/form-post.js"),
    ),
    Asset::new(
        "show-password.js",
        JS,
        include_bytes!("../../../static/show-password.js"),
    ),
    Asset::new(
        "passkey.js",
        JS,
        include_bytes!("../../../static/passkey.js"),
    ),
    Asset::new(
        "favicon.svg",
        SVG,
        include_bytes!("../../../static/favicon.svg"),
    ),
    Asset::new(
        "keeper-manager.svg",
        SVG,
        include_bytes!("../../../static/keeper-manager.svg"),
    ),
    Asset::new(
        "keeper-platform.svg",
        SVG,
        include_bytes!("../../../static/keeper-platform.svg"),
    ),
    Asset::new(
        "keeper-key.svg",
        SVG,
        include_bytes!("../../../static/keeper-key.svg"),
    ),
    Asset::new(
        "keeper-passkey.svg",
        SVG,
        include_bytes!("../../../static/keeper-passkey.svg"),
    ),
];

impl Asset {
    const fn new(name: &'static str, content_type: &'static str, bytes: &'static [u8]) -> Self {
        Self {
            name,
            content_type,
            bytes,
            hash: fnv1a(bytes),
        }
    }

    /// The hash in its address.
    pub fn hash(&self) -> String {
        format!("{:016x}", self.hash)
    }

    /// The path it is served under, `/static/{hash}/{name}`.
    pub fn path(&self) -> String {
        format!("/static/{:016x}/{}", self.hash, self.name)
    }
}

/// All files.
pub fn all() -> &'static [Asset] {
    &ASSETS
}

/// The path of a file by name; a name that is not embedded gets a path that answers 404.
pub fn url(name: &str) -> String {
    let found = ASSETS.iter().find(|asset| asset.name == name);
    found.map_or_else(|| "/static/unknown/file".to_owned(), Asset::path)
}

/// The file at `/static/{hash}/{name}`, if both are right.
pub fn get(hash: &str, name: &str) -> Option<Asset> {
    ASSETS
        .iter()
        .find(|asset| asset.name == name && asset.hash() == hash)
        .copied()
}

/// FNV-1a, 64 bits: tells builds apart, protects nothing.
pub(crate) const fn fnv1a(bytes: &[u8]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut at = 0;
    while at < bytes.len() {
        hash = (hash ^ bytes[at] as u64).wrapping_mul(0x0000_0100_0000_01b3);
        at += 1;
    }
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_found_by_its_own_address_only() {
        for asset in all() {
            assert!(get(&asset.hash(), asset.name).is_some_and(|found| found.bytes == asset.bytes));
            assert_eq!(url(asset.name), asset.path());
            assert!(get("0000000000000000", asset.name).is_none());
        }
        assert!(get(&ASSETS[0].hash(), "../Cargo.toml").is_none());
    }
}
