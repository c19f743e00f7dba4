//! All transactions in memory, with the ways to find them: by execution, by credential, by what is due next.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use crate::clock::Moment;
use crate::transaction::Transaction;

/// Every transaction, by its number.
#[derive(Default)]
pub(crate) struct World {
    transactions: BTreeMap<u64, Transaction>,
    executions: HashMap<String, u64>,
    credentials: HashMap<String, u64>,
    accounts: HashMap<String, BTreeSet<u64>>,
    due: BTreeSet<(Moment, u64)>,
    unsent: BTreeSet<u64>,
    /// Being sent right now: a call that changes such a transaction must not make it be sent twice.
    in_flight: HashSet<u64>,
}

impl World {
    pub(crate) fn new(transactions: Vec<Transaction>) -> Self {
        let mut world = Self::default();
        for transaction in transactions {
            world.put(transaction);
        }
        world
    }

    pub(crate) fn next_number(&self) -> u64 {
        self.transactions.last_key_value().map_or(1, |(number, _)| number + 1)
    }

    /// Adds a transaction, or puts it in the place of what it was before.
    pub(crate) fn put(&mut self, transaction: Transaction) {
        let number = transaction.number;
        if let Some(due) = self.transactions.get(&number).and_then(Transaction::due) {
            self.due.remove(&(due, number));
        } else if !self.transactions.contains_key(&number) {
            self.executions.insert(transaction.execution_id.clone(), number);
            self.accounts.entry(transaction.account_id.clone()).or_default().insert(number);
            for credential in &transaction.credentials {
                self.credentials.insert(credential.id.clone(), number);
            }
        }
        if let Some(due) = transaction.due() {
            self.due.insert((due, number));
        }
        let has_unsent = transaction.notices.iter().any(|notice| notice.left > 0);
        if has_unsent && !self.in_flight.contains(&number) {
            self.unsent.insert(number);
        }
        self.transactions.insert(number, transaction);
    }

    pub(crate) fn get(&self, number: u64) -> Option<&Transaction> {
        self.transactions.get(&number)
    }

    pub(crate) fn find(&self, execution_id: &str) -> Option<&Transaction> {
        self.executions.get(execution_id).and_then(|number| self.get(*number))
    }

    pub(crate) fn by_credential(&self, credential_id: &str) -> Option<&Transaction> {
        self.credentials.get(credential_id).and_then(|number| self.get(*number))
    }

    /// The executions of an account that were not deleted, oldest first.
    pub(crate) fn of_account(&self, account_id: &str) -> impl Iterator<Item = &Transaction> {
        let numbers = self.accounts.get(account_id).into_iter().flatten();
        numbers.filter_map(|number| self.get(*number)).filter(|found| found.deleted_at.is_none())
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &Transaction> {
        self.transactions.values()
    }

    /// A transaction that has a move to make by now.
    pub(crate) fn due_by(&self, now: Moment) -> Option<u64> {
        self.due.first().filter(|(due, _)| *due <= now).map(|(_, number)| *number)
    }

    pub(crate) fn next_due(&self) -> Option<Moment> {
        self.due.first().map(|(due, _)| *due)
    }

    pub(crate) fn take_unsent(&mut self) -> Vec<Transaction> {
        let numbers = std::mem::take(&mut self.unsent);
        self.in_flight.extend(&numbers);
        numbers.iter().filter_map(|number| self.get(*number).cloned()).collect()
    }

    /// A callback of this transaction was sent, or could not be.
    pub(crate) fn landed(&mut self, number: u64) {
        self.in_flight.remove(&number);
    }
}
