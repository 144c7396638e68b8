//! An authenticator of the browser's own making (WebAuthn §11): it keeps passkeys and answers for them as a
//! device would, as often as the person is said to be there. It belongs to one page and goes with it.

use serde_json::{Value, json};

use crate::page::Page;

/// What the device is like.
#[derive(Clone, Copy, Debug)]
pub struct Device {
    /// `internal` for a phone or computer, `usb` for a security key.
    pub transport: &'static str,
    /// It keeps passkeys, so that they are found without a name.
    pub keeps_accounts: bool,
    /// It can verify its user.
    pub verifies: bool,
    /// What it makes may be copied to other devices.
    pub synced: bool,
}

impl Device {
    /// A phone whose passkeys are synced.
    pub fn phone() -> Self {
        Self {
            transport: "internal",
            keeps_accounts: true,
            verifies: true,
            synced: true,
        }
    }

    /// A key that is only touched.
    pub fn security_key() -> Self {
        Self {
            transport: "usb",
            keeps_accounts: false,
            verifies: false,
            synced: false,
        }
    }
}

/// One such authenticator.
#[derive(Debug)]
pub struct VirtualAuthenticator<'p> {
    page: &'p Page,
    id: String,
}

impl<'p> VirtualAuthenticator<'p> {
    /// Gives a page one. The person is there, and is who they should be, until told otherwise.
    #[track_caller]
    pub fn add(page: &'p Page, device: Device) -> Self {
        page.call("WebAuthn.enable", json!({"enableUI": false}));
        let added = page.call(
            "WebAuthn.addVirtualAuthenticator",
            json!({"options": {
                "protocol": "ctap2",
                "ctap2Version": "ctap2_1",
                "transport": device.transport,
                "hasResidentKey": device.keeps_accounts,
                "hasUserVerification": device.verifies,
                "isUserVerified": device.verifies,
                "automaticPresenceSimulation": true,
                "defaultBackupEligibility": device.synced,
                "defaultBackupState": device.synced,
            }}),
        );
        let id = added["authenticatorId"].as_str().unwrap_or("").to_owned();
        Self { page, id }
    }

    /// Whether somebody is there to answer.
    #[track_caller]
    pub fn set_presence(&self, there: bool) {
        self.call("setAutomaticPresenceSimulation", json!({"enabled": there}));
    }

    /// Whether it recognises its user.
    #[track_caller]
    pub fn set_verified(&self, recognises: bool) {
        self.call("setUserVerified", json!({"isUserVerified": recognises}));
    }

    /// What it keeps.
    #[track_caller]
    pub fn credentials(&self) -> Vec<Value> {
        let kept = self.call("getCredentials", json!({}));
        kept["credentials"].as_array().cloned().unwrap_or_default()
    }

    /// Gets what another one keeps, as devices do that are synced.
    #[track_caller]
    pub fn receive(&self, credential: &Value) {
        self.call("addCredential", json!({"credential": credential}));
    }

    #[track_caller]
    fn call(&self, what: &str, mut params: Value) -> Value {
        params["authenticatorId"] = self.id.clone().into();
        self.page.call(&format!("WebAuthn.{what}"), params)
    }
}
