//! What all calls and timers share: the settings, the store, and the world behind one lock. A change is on disk before
//! anybody hears of it, and the record of a call is written together with what the call changed.

use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::http::StatusCode;
use jumio_model::endpoint::Role;
use tokio::sync::Notify;

use crate::callbacks::Sender;
use crate::clock::{self, Moment};
use crate::faults::Faults;
use crate::log::Log;
use crate::problem::Refusal;
use crate::rate_limit::RateLimiter;
use crate::record::{CallRecord, TransactionRecord};
use crate::settings::Settings;
use crate::sites::Sites;
use crate::store::{IssuedToken, ServerState, Store};
use crate::tokens::Signer;
use crate::transaction::Transaction;
use crate::world::World;

/// An access token lives so long.
// behavior: an access token lives 60 minutes | protocol 2.1 | documented
pub(crate) const ACCESS_TOKEN: Duration = Duration::from_secs(3600);

/// Until so little of its life is left the same token is handed out again.
// behavior: the same access token is handed out again until 5 minutes of its life are left; Jumio says only that it may be | protocol 2.1 | chosen
const FRESH: Duration = Duration::from_secs(5 * 60);

/// Everything of one running simulator.
pub(crate) struct Shared {
    pub(crate) settings: Settings,
    pub(crate) base_url: String,
    pub(crate) sites: Sites,
    pub(crate) rate_limiter: RateLimiter,
    pub(crate) client_id: String,
    pub(crate) client_secret: String,
    pub(crate) customer_id: String,
    pub(crate) signer: Signer,
    pub(crate) store: Store,
    pub(crate) faults: Faults,
    pub(crate) log: Log,
    pub(crate) sender: Sender,
    /// Rung when something may have become due.
    pub(crate) bell: Notify,
    world: Mutex<World>,
    server: Mutex<ServerState>,
}

impl Shared {
    pub(crate) fn new(
        settings: Settings,
        sites: Sites,
        store: Store,
        server: ServerState,
        transactions: Vec<Transaction>,
        faults: Faults,
        log: Log,
    ) -> Self {
        Self {
            sender: Sender::new(settings.callback_timeout),
            settings,
            base_url: sites.base(Role::Api, None).into_owned(),
            sites,
            rate_limiter: RateLimiter::default(),
            client_id: server.client_id.clone(),
            client_secret: server.client_secret.clone(),
            customer_id: server.customer_id.clone(),
            signer: Signer::new(server.signing_key.clone()),
            store,
            faults,
            log,
            bell: Notify::new(),
            world: Mutex::new(World::new(transactions)),
            server: Mutex::new(server),
        }
    }

    pub(crate) fn now(&self) -> Moment {
        Moment::now(self.server().clock_offset_millis)
    }

    /// Moves the clock forward for good, and everything that becomes due by that.
    pub(crate) fn advance(&self, by: Duration) -> io::Result<()> {
        self.move_clock(|offset| offset.saturating_add(clock::millis(by)))
    }

    /// How far the clock is from the machine's, in milliseconds.
    pub(crate) fn clock_offset(&self) -> i64 {
        self.server().clock_offset_millis
    }

    /// Sets the clock to this time, also to an earlier one. What is due by then happens.
    pub(crate) fn set_clock(&self, time: Moment) -> io::Result<()> {
        self.move_clock(|_| time.millis().saturating_sub(Moment::now(0).millis()))
    }

    fn move_clock(&self, offset: impl FnOnce(i64) -> i64) -> io::Result<()> {
        {
            let mut server = self.server();
            let mut changed = server.clone();
            changed.clock_offset_millis = offset(changed.clock_offset_millis);
            self.store.save_server(&changed)?;
            *server = changed;
        }
        self.settle_due()?;
        self.bell.notify_one();
        Ok(())
    }

    /// Forgets everything but address, credentials and keys.
    pub(crate) fn reset(&self) -> io::Result<()> {
        self.faults.clear();
        {
            let mut world = self.world();
            self.store.clear()?;
            world.clear();
        }
        self.log.clear();
        let mut server = self.server();
        let mut changed = server.clone();
        changed.clock_offset_millis = 0;
        changed.access_token = None;
        self.store.save_server(&changed)?;
        *server = changed;
        Ok(())
    }

    /// The token that is good now: the last one while it is fresh, else a new one.
    pub(crate) fn access_token(&self) -> io::Result<String> {
        let now = self.now();
        let mut server = self.server();
        if let Some(issued) = &server.access_token
            && now.after(FRESH) < issued.expires_at
        {
            return Ok(issued.token.clone());
        }
        let expires_at = now.after(ACCESS_TOKEN);
        let token = self.signer.access_token(&self.client_id, now, expires_at);
        let mut changed = server.clone();
        changed.access_token = Some(IssuedToken { token: token.clone(), expires_at });
        self.store.save_server(&changed)?;
        *server = changed;
        Ok(token)
    }

    /// Adds a transaction, which `make` builds from its number.
    pub(crate) fn add(&self, make: impl FnOnce(u64, Moment) -> Transaction) -> Result<Transaction, Refusal> {
        let now = self.now();
        let mut world = self.world();
        let transaction = make(world.next_number(), now);
        self.put(&mut world, transaction.clone())?;
        Ok(transaction)
    }

    /// Looks at a transaction as it stands now.
    pub(crate) fn peek(&self, execution_id: &str) -> Option<Transaction> {
        let now = self.now();
        let mut transaction = self.world().find(execution_id)?.clone();
        transaction.settle(now, &self.settings);
        Some(transaction)
    }

    /// Works on a transaction and records the call, in one step: `act` either changes it, or refuses and changes nothing.
    pub(crate) fn change<T>(
        &self,
        execution_id: &str,
        endpoint: &str,
        success: StatusCode,
        act: impl FnOnce(&mut Transaction, Moment) -> Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        let now = self.now();
        let mut world = self.world();
        let Some(found) = world.find(execution_id) else {
            return Err(Refusal::not_found("the workflow execution"));
        };
        let before_all = found.clone();
        let mut before = before_all.clone();
        before.settle(now, &self.settings);
        let mut after = before.clone();
        let (mut kept, status, result) = match act(&mut after, now) {
            Ok(value) => (after, success, Ok(value)),
            Err(refusal) => (before, refusal.status, Err(refusal)),
        };
        let gone = self.forget_content(&before_all, &kept);
        gone.map_err(|error| Refusal::internal(format!("cannot remove the content: {error}")))?;
        kept.calls.push(CallRecord { endpoint: endpoint.to_owned(), status: status.as_u16(), at: now.text() });
        self.put(&mut world, kept)?;
        result
    }

    /// Changes a transaction by hand: no call of Jumio's, so nothing is recorded.
    pub(crate) fn control(
        &self,
        execution_id: &str,
        act: impl FnOnce(&mut Transaction, Moment) -> Result<(), Refusal>,
    ) -> Result<Transaction, Refusal> {
        let now = self.now();
        let mut world = self.world();
        let found = world.find(execution_id).ok_or_else(|| Refusal::not_found("the workflow execution"))?;
        let mut changed = found.clone();
        changed.settle(now, &self.settings);
        act(&mut changed, now)?;
        self.put(&mut world, changed.clone())?;
        Ok(changed)
    }

    /// Records a call that changed nothing.
    pub(crate) fn note(&self, execution_id: &str, endpoint: &str, status: StatusCode) {
        // Nothing to do where there is no such transaction, or the disk is full: the call itself was answered.
        let _ = self.change(execution_id, endpoint, status, |_, _| Ok(()));
    }

    /// The execution that a credential belongs to.
    pub(crate) fn execution_of_credential(&self, credential_id: &str) -> Option<String> {
        self.world().by_credential(credential_id).map(|found| found.execution_id.clone())
    }

    pub(crate) fn has_account(&self, account_id: &str) -> bool {
        self.world().of_account(account_id).next().is_some()
    }

    /// The executions of an account, oldest first.
    pub(crate) fn executions_of(&self, account_id: &str) -> Vec<String> {
        self.world().of_account(account_id).map(|found| found.execution_id.clone()).collect()
    }

    /// Every transaction, oldest first.
    pub(crate) fn records(&self) -> Vec<TransactionRecord> {
        // What is due by now counts, even if the timer has not come to it yet.
        let _ = self.settle_due();
        self.world().all().map(TransactionRecord::of).collect()
    }

    /// When something is next to be done without a call.
    pub(crate) fn next_due(&self) -> Option<Moment> {
        self.world().next_due()
    }

    /// Lets every transaction make the moves that are due.
    pub(crate) fn settle_due(&self) -> io::Result<()> {
        let now = self.now();
        let mut world = self.world();
        while let Some(number) = world.due_by(now) {
            let Some(before) = world.get(number).cloned() else { break };
            let mut transaction = before.clone();
            transaction.settle(now, &self.settings);
            self.store.save(&transaction)?;
            self.forget_content(&before, &transaction)?;
            world.put(transaction);
        }
        Ok(())
    }

    /// Takes the transactions that have a callback to send by now; each is given out once, until that has
    /// [landed](Self::landed).
    pub(crate) fn take_unsent(&self) -> Vec<Transaction> {
        let now = self.now();
        self.world().take_unsent(now)
    }

    /// Writes down what came of a callback that was given out.
    pub(crate) fn landed(&self, number: u64, act: impl FnOnce(&mut Transaction)) -> io::Result<()> {
        let mut world = self.world();
        let Some(mut transaction) = world.get(number).cloned() else { return Ok(()) };
        act(&mut transaction);
        self.store.save(&transaction)?;
        world.landed(number);
        world.put(transaction);
        self.bell.notify_one();
        Ok(())
    }

    /// Removes the content of parts that are gone.
    fn forget_content(&self, before: &Transaction, after: &Transaction) -> io::Result<()> {
        for credential in &before.credentials {
            let now = after.credential(&credential.id);
            for part in credential.parts.iter().filter(|part| !part.made_up) {
                if now.and_then(|now| now.part(&part.classifier)).is_none() {
                    self.store.forget(&credential.id, &part.classifier)?;
                }
            }
        }
        Ok(())
    }

    fn put(&self, world: &mut World, transaction: Transaction) -> Result<(), Refusal> {
        self.store
            .save(&transaction)
            .map_err(|error| Refusal::internal(format!("cannot keep the transaction: {error}")))?;
        world.put(transaction);
        self.bell.notify_one();
        Ok(())
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn server(&self) -> MutexGuard<'_, ServerState> {
        self.server.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
