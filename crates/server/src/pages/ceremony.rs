//! What a page hands to the browser so that it asks a passkey or security key (WebAuthn §5). `static/passkey.js`
//! takes it from there.

/// The data of one ceremony.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ceremony {
    /// `PublicKeyCredentialRequestOptionsJSON`, or `…CreationOptionsJSON` when one is set up.
    pub options: String,
    /// Whether one is set up.
    pub creates: bool,
    /// Seconds until the options are too old.
    pub seconds: i64,
    /// Where the page is, to be loaded anew before that.
    pub page: String,
    /// Whether the browser may offer passkeys in the list of the name field.
    pub autofill: bool,
}

impl Ceremony {
    pub(super) fn mode(&self) -> &'static str {
        if self.creates { "create" } else { "get" }
    }
}
