//! The bank as one value: settings, visits, its provider and its API. Nothing is global.

use crate::api_client::ApiClient;
use crate::config::BankConfig;
use crate::provider::Provider;
use crate::session::Sessions;

pub(crate) struct Bank {
    pub(crate) config: BankConfig,
    pub(crate) sessions: Sessions,
    pub(crate) provider: Provider,
    pub(crate) api: ApiClient,
}
