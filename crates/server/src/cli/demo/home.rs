//! The demo's folder: its configuration, its sealing key, its database, and what it has to remember.

use std::fs::{DirBuilder, File, TryLockError};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use stepwell_engine::seal::SealKey;

use super::Addresses;
use crate::cli::failure::Failure;
use crate::cli::private_file;
use crate::clock::OsEntropy;
use crate::config;

/// What the command line decides for a demo, so that the environment may not.
const DECIDED: &[&str] = &[
    "STEPWELL__ISSUER",
    "STEPWELL__LISTEN",
    "STEPWELL__OPS_LISTEN",
];

/// The folder, absolute, and ours as long as this value lives.
pub(super) struct Home {
    folder: PathBuf,
    /// Held by the operating system: it ends with the process, however that ends.
    _lock: File,
}

impl Home {
    /// Makes the folder for its owner alone, with a sealing key in it, where it is not there.
    pub(super) fn open(folder: &Path) -> Result<Self, Failure> {
        let failed = |error: std::io::Error| {
            Failure::failed(format!("--data {}: {error}", folder.display()))
        };
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)
            .map_err(failed)?;
        let folder = folder.canonicalize().map_err(failed)?;
        let home = Self {
            _lock: lock(&folder)?,
            folder,
        };
        if !home.seal().exists() {
            private_file::create(
                &home.seal(),
                &format!("{}\n", SealKey::generate(&OsEntropy).to_text().as_str()),
            )?;
        }
        Ok(home)
    }

    /// The configuration for all other commands.
    pub(super) fn config(&self) -> PathBuf {
        self.folder.join("stepwell.toml")
    }

    /// What has to be remembered: the person's password and the bank's secret.
    pub(super) fn kept(&self) -> PathBuf {
        self.folder.join("demo.json")
    }

    /// Where mail goes, for the page that stands in for the mailbox.
    pub(super) fn mail(&self) -> PathBuf {
        self.folder.join("mail")
    }

    fn seal(&self) -> PathBuf {
        self.folder.join("stepwell.seal")
    }

    /// Writes the configuration anew: ports may differ from last time.
    pub(super) fn write_config(&self, at: &Addresses) -> Result<(), Failure> {
        let text = |text: &str| toml::Value::String(text.to_owned()).to_string();
        let path = |path: PathBuf| text(&path.display().to_string());
        let database = text(&format!(
            "sqlite:{}",
            self.folder.join("stepwell.db").display()
        ));
        let content = format!(
            "# `stepwell demo` writes this file anew each time it starts. Every other command works beside it:\n\
             #   stepwell client list --config {config}\n\n\
             issuer = {issuer}\n\
             listen = {listen}\n\
             ops_listen = {ops}\n\
             database_url = {database}\n\n\
             [product]\nname = \"Stepwell\"\n\n\
             [seal]\nkey_file = {seal}\n\n\
             # Nothing leaves this machine: mail is put into a folder, and {bank}/inbox shows it.\n\
             [mail]\ntransport = \"file\"\nfrom = \"Stepwell demo <no-reply@example.com>\"\nfolder = {mail}\n\n\
             [server]\ndrain_delay = \"0s\"\n\n\
             # Short, so that trying out wrong codes does not lock the demo for long.\n\
             [limits]\ncode_rest = \"1m\"\n\n\
             [[scope]]\nname = \"accounts\"\ndescription = {{ en = \"See your accounts and their balances\", de = \"Ihre Konten und deren Stand sehen\" }}\n\n\
             # The first of those asked for that has an action names the step-up.\n\
             [[scope]]\nname = \"payout\"\ndescription = {{ en = \"Change where your money is paid out\", de = \"Ändern, wohin Ihr Geld ausgezahlt wird\" }}\naction = {{ en = \"change your payout account\", de = \"Änderung des Auszahlungskontos\" }}\n\n\
             [[scope]]\nname = \"transfer\"\ndescription = {{ en = \"Make transfers from your accounts\", de = \"Von Ihren Konten überweisen\" }}\naction = {{ en = \"make a transfer\", de = \"Überweisung\" }}\n\n\
             [[resource]]\nidentifier = {api}\n",
            config = self.config().display(),
            issuer = text(&at.issuer),
            listen = text(&at.listen.to_string()),
            ops = text(&at.ops_listen.to_string()),
            seal = path(self.seal()),
            api = text(&at.api()),
            bank = at.bank,
            mail = path(self.mail()),
        );
        private_file::replace(&self.config(), &content)
    }
}

/// Takes the folder for this process. Another demo on it would write its own ports into the first one's files.
fn lock(folder: &Path) -> Result<File, Failure> {
    let path = folder.join("demo.lock");
    let failed = |error| Failure::failed(format!("{} cannot be locked: {error}", path.display()));
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .mode(0o600)
        .open(&path)
        .map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Failure::failed(format!(
            "another demo runs on {}; end it first, or name another folder with --data",
            folder.display()
        ))),
        Err(TryLockError::Error(error)) => Err(failed(error)),
    }
}

/// The environment, without what the command line decides.
pub(super) fn variables() -> Vec<(String, String)> {
    let mut variables = config::environment();
    variables.retain(|(name, _)| !DECIDED.contains(&name.as_str()));
    variables
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn the_folder_keeps_its_secrets_from_others_and_is_that_of_one_demo_at_a_time() {
        let folder =
            std::env::temp_dir().join(format!("stepwell-demo-home-{}", std::process::id()));
        let home = Home::open(&folder).unwrap();
        let at = Addresses {
            issuer: "http://localhost:7100".into(),
            bank: "http://localhost:7200".into(),
            listen: "127.0.0.1:7100".parse().unwrap(),
            bank_listen: "127.0.0.1:7200".parse().unwrap(),
            ops_listen: "127.0.0.1:7101".parse().unwrap(),
        };
        home.write_config(&at).unwrap();
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(
            (mode(&folder), mode(&home.seal()), mode(&home.config())),
            (0o700, 0o600, 0o600)
        );
        let config = config::load(Some(&home.config()), &[])
            .map_err(|problems| problems.to_string())
            .unwrap()
            .config;
        assert!(config.seal.fetch().is_ok());
        let first = std::fs::read(home.seal()).unwrap();
        assert_eq!(config.settings.scopes.len(), 3);
        assert_eq!(
            config.settings.resources[0].identifier,
            "http://localhost:7200/api"
        );
        let refused = Home::open(&folder).map(drop).unwrap_err().to_string();
        assert!(refused.contains("another demo runs on"), "{refused}");
        drop(home);
        let home = Home::open(&folder).unwrap();
        home.write_config(&at).unwrap();
        let again = std::fs::read(home.seal()).unwrap();
        assert_eq!(again, first, "the key is kept");
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
