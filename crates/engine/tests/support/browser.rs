//! A browser with its cookies, in the hands of a person.

use std::net::IpAddr;

use serde_json::Value;
use stepwell_core::authn::Method;
use stepwell_core::ids::InteractionId;
use stepwell_core::oauth::Problem;
use stepwell_core::secret::Secret;
use stepwell_engine::answer::{Answered, Input, Trouble};
use stepwell_engine::authorize::{
    Begun, ConsentView, EnrolStage, EnrolView, FactorView, Left, ProveView, StepView, Via,
};
use stepwell_engine::factors::SetUp;
use stepwell_engine::here::{Gated, Need, Place, Wish};
use stepwell_engine::totp::TotpSecret;
use stepwell_engine::{Cookies, EngineError, Peer};

use super::{Answer, Key, Person, RelyingParty, Saying, Stage};

/// What an authorization request led to.
#[derive(Debug)]
pub enum Outcome {
    /// Pages follow.
    Pages,
    /// The answer, without any page.
    Answered(Answer),
    /// A page that says that it cannot be done, and the answer that it leads to.
    Told(Answer),
    /// A page that says who wants to send the person on, and where to.
    Interstitial(String, Answer),
    /// An error page.
    ErrorPage(Problem),
}

impl Outcome {
    /// The answer, which must have come without any page.
    pub fn answer(self) -> Answer {
        match self {
            Self::Answered(answer) => answer,
            other => panic!("not answered at once: {other:?}"),
        }
    }

    /// The error, of which the person must have been told first.
    pub fn told(self) -> String {
        match self {
            Self::Told(answer) => answer.error().to_owned(),
            other => panic!("the person was not told: {other:?}"),
        }
    }

    pub fn is_pages(&self) -> bool {
        matches!(self, Self::Pages)
    }
}

/// See the module. Cloning it is opening a second tab as far as cookies have not changed since.
#[derive(Clone, Debug)]
pub struct Browser<'s> {
    stage: &'s Stage,
    person: &'s Person,
    pub cookies: Cookies,
    pub peer: Peer,
    at: Option<InteractionId>,
}

impl<'s> Browser<'s> {
    pub(super) fn new(stage: &'s Stage, person: &'s Person) -> Self {
        let peer = stage.call().peer.clone();
        Self {
            stage,
            person,
            cookies: Cookies::default(),
            peer,
            at: None,
        }
    }

    /// From another address.
    pub fn at_ip(mut self, ip: &str) -> Self {
        self.peer.ip = Some(ip.parse::<IpAddr>().unwrap());
        self
    }

    /// Given to somebody else.
    pub fn handed_to(self, person: &'s Person) -> Self {
        Self { person, ..self }
    }

    /// The next requests go to this node.
    pub fn served_by(self, stage: &'s Stage) -> Self {
        Self { stage, ..self }
    }

    /// A second tab: the same cookies, at the same page.
    pub fn another_tab(&self) -> Self {
        self.clone()
    }

    /// The address of the page it is at.
    pub fn interaction(&self) -> InteractionId {
        self.at
            .clone()
            .expect("the browser is not at a page of an interaction")
    }

    /// Has its pages in another language from now on.
    pub fn reads(&mut self, tag: &str) {
        self.peer.language = tag.to_owned();
    }

    /// Opens the address of a page.
    pub fn go_to(&mut self, id: &InteractionId) {
        self.at = Some(id.clone());
    }

    /// Follows a link or redirect of the app.
    pub fn authorize(&mut self, rp: &RelyingParty, params: &[(&str, &str)]) -> Outcome {
        self.send(&rp.query(params), Via::Get)
    }

    /// Sends a raw authorization request.
    pub fn send(&mut self, raw: &str, via: Via) -> Outcome {
        self.try_send(raw, via).unwrap()
    }

    pub fn try_send(&mut self, raw: &str, via: Via) -> Result<Outcome, EngineError> {
        self.stage.tick();
        let cookies = match via {
            Via::Get => self.cookies.clone(),
            // SameSite=Lax: a form from another site brings none.
            Via::Post => Cookies::default(),
        };
        self.at = None;
        let begun = self.stage.engine.begin(
            &self.stage.call_from(&self.peer),
            raw.as_bytes(),
            via,
            &cookies,
        )?;
        Ok(match begun {
            Begun::Page(problem) => Outcome::ErrorPage(problem),
            Begun::Return(back) => Outcome::Answered(Answer::of(&back)),
            Begun::Interstitial { client, to, .. } => {
                Outcome::Interstitial(client, Answer::of(&to))
            }
            Begun::Stop { to, .. } => Outcome::Told(Answer::of(&to)),
            Begun::Interact { id, browser } => {
                self.keep(browser);
                self.at = Some(id);
                Outcome::Pages
            }
        })
    }

    fn keep(&mut self, browser: Option<Secret>) {
        if browser.is_some() {
            self.cookies.browser = browser;
        }
    }

    /// Loads the page it is at.
    pub fn view(&mut self) -> Left {
        self.try_view().unwrap()
    }

    pub fn try_view(&mut self) -> Result<Left, EngineError> {
        self.stage.tick();
        let call = self.stage.call_from(&self.peer);
        let left = self
            .stage
            .engine
            .view(&call, &self.interaction(), None, &self.cookies)?;
        if let Left::Page(page) = &left {
            self.keep(page.browser.clone());
        }
        Ok(left)
    }

    /// What the page shows; there must be one.
    pub fn see(&mut self) -> StepView {
        match self.view() {
            Left::Page(page) => page.step,
            other => panic!("no page: {other:?}"),
        }
    }

    /// The proof that the page asks for; it must ask for one.
    pub fn see_proof(&mut self) -> ProveView {
        match self.see() {
            StepView::Prove(prove) => *prove,
            other => panic!("no proof is asked: {other:?}"),
        }
    }

    /// The consent page; it must be one.
    pub fn see_consent(&mut self) -> ConsentView {
        match self.see() {
            StepView::Consent(consent) => consent,
            other => panic!("no consent is asked: {other:?}"),
        }
    }

    /// The set-up that the page shows; it must be one.
    pub fn see_enrol(&mut self) -> EnrolView {
        match self.see() {
            StepView::Enrol(enrol) => *enrol,
            other => panic!("nothing is set up: {other:?}"),
        }
    }

    /// The secret that the page shows for an authenticator app.
    pub fn scan(&mut self) -> TotpSecret {
        match self.see_enrol().stage {
            EnrolStage::Verify {
                show: SetUp::App { secret, .. },
                ..
            } => TotpSecret::from_base32(secret.expose()).unwrap(),
            other => panic!("no secret is shown: {other:?}"),
        }
    }

    /// The recovery codes that the page shows.
    pub fn see_codes(&mut self) -> Vec<String> {
        match self.see_enrol().stage {
            EnrolStage::Verify {
                show: SetUp::Codes(codes),
                ..
            } => codes.iter().map(|c| c.expose().to_owned()).collect(),
            other => panic!("no codes are shown: {other:?}"),
        }
    }

    /// Says that the codes which the page shows are saved.
    pub fn save_codes(&mut self) -> Vec<String> {
        let codes = self.see_codes();
        self.goes_on(&Input::SetUp {
            answer: "saved",
            label: "",
            lost: Vec::new(),
        });
        codes
    }

    /// Uses a recovery code on the page that asks for one.
    pub fn type_recovery_code(&mut self, code: &str) -> &mut Self {
        self.goes_on(&Input::Prove {
            method: "recovery",
            secret: code,
            credential: None,
            trust: false,
        })
    }

    /// Sets an authenticator app up on the page that shows one, and saves the first recovery codes after it.
    pub fn set_up_app(&mut self) -> TotpSecret {
        let app = self.set_up_app_alone();
        self.save_codes();
        app
    }

    /// Sets an authenticator app up on the page that shows one.
    pub fn set_up_app_alone(&mut self) -> TotpSecret {
        let app = self.scan();
        let code = app.code_at(self.stage.now());
        self.goes_on(&Input::SetUp {
            answer: &code,
            label: "",
            lost: Vec::new(),
        });
        app
    }

    /// The page in one word: `identify`, `account`, `consent`, the method asked for, or `set up` and
    /// the method that is.
    pub fn page(&mut self) -> String {
        match self.see() {
            StepView::Identify { .. } => "identify".into(),
            StepView::ChooseAccount(_) => "account".into(),
            StepView::Consent(_) => "consent".into(),
            StepView::Prove(prove) => prove.method.as_str().to_owned(),
            StepView::Enrol(enrol) => match enrol.stage {
                EnrolStage::Choose => "choose".into(),
                EnrolStage::Ask { method, .. } => format!("start {method}"),
                EnrolStage::Verify { method, .. } => format!("set up {method}"),
            },
        }
    }

    /// Sends a form.
    pub fn submit(&mut self, input: &Input<'_>) -> Answered {
        self.try_submit(input).unwrap()
    }

    pub fn try_submit(&mut self, input: &Input<'_>) -> Result<Answered, EngineError> {
        self.stage.tick();
        let call = self.stage.call_from(&self.peer);
        let answered =
            self.stage
                .engine
                .answer(&call, &self.interaction(), None, &self.cookies, input)?;
        if let Answered::Continue { session, device } = &answered {
            let keep = |kept: &mut Option<Secret>, new: &Option<Secret>| {
                *kept = new.clone().or(kept.take());
            };
            keep(&mut self.cookies.session, session);
            keep(&mut self.cookies.device, device);
        }
        Ok(answered)
    }

    pub fn goes_on(&mut self, input: &Input<'_>) -> &mut Self {
        match self.submit(input) {
            Answered::Continue { .. } => self,
            other => panic!("{input:?} was not taken: {other:?}"),
        }
    }

    pub fn type_username(&mut self) -> &mut Self {
        let person = self.person;
        self.goes_on(&Input::Identify {
            username: &person.username,
        })
    }

    pub fn type_password(&mut self) -> &mut Self {
        let person = self.person;
        self.goes_on(&Input::Prove {
            method: "password",
            secret: &person.password,
            credential: None,
            trust: false,
        })
    }

    pub fn type_code(&mut self) -> &mut Self {
        let code = self.person.code(self.stage.now());
        self.goes_on(&Input::Prove {
            method: "totp",
            secret: &code,
            credential: None,
            trust: false,
        })
    }

    /// Types the code, and has the browser trusted on it.
    pub fn trust_with_code(&mut self) -> &mut Self {
        let code = self.person.code(self.stage.now());
        self.goes_on(&Input::Prove {
            method: "totp",
            secret: &code,
            credential: None,
            trust: true,
        })
    }

    /// What the page gives the browser for a passkey or security key; it must give something.
    pub fn passkey_options(&mut self) -> Value {
        let shown = match self.see() {
            StepView::Identify { passkey, .. } => passkey,
            StepView::Prove(prove) => match prove.factor {
                FactorView::Other { challenge, .. } => challenge,
                _ => None,
            },
            _ => None,
        };
        shown.expect("the page asks for no passkey")["options"].clone()
    }

    /// Uses a passkey on the page it is at.
    pub fn use_passkey(&mut self, key: &mut Key) -> &mut Self {
        let response = key.sign(&self.passkey_options());
        self.send_passkey("passkey", &response)
    }

    /// Touches a security key.
    pub fn touch(&mut self, key: &mut Key) -> &mut Self {
        let response = key.sign(&self.passkey_options());
        self.send_passkey("security-key", &response)
    }

    fn send_passkey(&mut self, method: &str, response: &str) -> &mut Self {
        self.goes_on(&Input::Prove {
            method,
            secret: response,
            credential: None,
            trust: false,
        })
    }

    /// Uses a passkey that says something else than is true; it must be refused.
    pub fn refused_passkey(&mut self, key: &mut Key, change: impl FnOnce(&mut Saying)) -> Trouble {
        let response = key.sign_saying(&self.passkey_options(), change);
        self.fails_with("passkey", &response)
    }

    pub fn allow(&mut self) -> &mut Self {
        self.goes_on(&Input::Consent { allow: true })
    }

    pub fn deny(&mut self) -> &mut Self {
        self.goes_on(&Input::Consent { allow: false })
    }

    pub fn cancel(&mut self) -> &mut Self {
        self.goes_on(&Input::Cancel)
    }

    pub fn switch(&mut self) -> &mut Self {
        self.goes_on(&Input::Switch)
    }

    pub fn another_way(&mut self, method: &str) -> &mut Self {
        self.goes_on(&Input::AnotherWay { method })
    }

    /// Sends a proof that must be refused.
    pub fn fails_with(&mut self, method: &str, secret: &str) -> Trouble {
        match self.submit(&Input::Prove {
            method,
            secret,
            credential: None,
            trust: false,
        }) {
            Answered::Again(trouble) => trouble,
            other => panic!("{method} was taken: {other:?}"),
        }
    }

    /// Opens an account page that needs this; whether it opened. Else the browser is at the pages that ask.
    pub fn opens(&mut self, need: Need, return_to: Place) -> bool {
        self.stage.tick();
        let call = self.stage.call_from(&self.peer);
        let wish = Wish { need, return_to };
        let gated = self.stage.engine.account_gate(&call, &self.cookies, &wish);
        match gated.unwrap() {
            Gated::Open { user, .. } => {
                assert_eq!(Some(&user.id), self.person.id.as_ref());
                true
            }
            Gated::Ask { id, browser } => {
                self.keep(browser);
                self.at = Some(id);
                false
            }
        }
    }

    /// The page of ours that the pages end at; they must end at one.
    pub fn home(&mut self) -> Place {
        match self.view() {
            Left::Home { to, stop: false } => to,
            other => panic!("not home: {other:?}"),
        }
    }

    /// Goes where the page sends it; it must send it to the client.
    pub fn follow(&mut self) -> Answer {
        match self.view() {
            Left::Leave { to, .. } => Answer::of(&to),
            other => panic!("not sent back: {other:?}"),
        }
    }

    /// Does whatever the pages ask until there is an answer; tells which pages there were.
    pub fn complete(
        &mut self,
        rp: &RelyingParty,
        params: &[(&str, &str)],
    ) -> (Answer, Vec<String>) {
        let mut pages = Vec::new();
        match self.authorize(rp, params) {
            Outcome::Answered(answer) => return (answer, pages),
            Outcome::Pages => {}
            other => panic!("{other:?}"),
        }
        for _ in 0..12 {
            match self.view() {
                Left::Leave { to, .. } => return (Answer::of(&to), pages),
                Left::Page(page) => match page.step {
                    StepView::Identify { .. } => {
                        pages.push("identify".into());
                        self.type_username();
                    }
                    StepView::ChooseAccount(accounts) => {
                        pages.push("account".into());
                        self.goes_on(&Input::Account {
                            account: Some(&accounts[0].id),
                        });
                    }
                    StepView::Consent(_) => {
                        pages.push("consent".into());
                        self.allow();
                    }
                    // Whoever has no passkey takes another way.
                    StepView::Prove(prove) if prove.method == Method::passkey() => {
                        self.another_way("password");
                    }
                    StepView::Prove(prove) => {
                        pages.push(prove.method.as_str().to_owned());
                        match prove.method.as_str() {
                            "password" => self.type_password(),
                            _ => self.type_code(),
                        };
                    }
                    StepView::Enrol(enrol) => {
                        panic!("{:?} is to be set up after {pages:?}", enrol.methods)
                    }
                },
                other => panic!("{other:?}"),
            }
        }
        panic!("the pages never end: {pages:?}")
    }

    /// Signs in with whatever is asked, and redeems nothing.
    pub fn sign_in(&mut self, rp: &RelyingParty) -> Answer {
        self.complete(rp, &[]).0
    }
}
