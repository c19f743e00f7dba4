//! All transactions in memory, with the ways to find them: by execution, by credential, by what is due next.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use crate::clock::Moment;
use crate::transaction::Transaction;

/// Every transaction, by its number.
#[derive(Default)]
pub(crate) struct World {
    next_number: u64,
    transactions: BTreeMap<u64, Transaction>,
    executions: HashMap<String, u64>,
    credentials: HashMap<String, u64>,
    accounts: HashMap<String, BTreeSet<u64>>,
    due: BTreeSet<(Moment, u64)>,
    /// Those with a callback to send, by when.
    unsent: BTreeSet<(Moment, u64)>,
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
        self.next_number.max(1)
    }

    /// Forgets every transaction. Numbers go on: what is still being sent must not land at another transaction.
    pub(crate) fn clear(&mut self) {
        *self = Self { next_number: self.next_number, ..Self::default() };
    }

    /// Adds a transaction, or puts it in the place of what it was before.
    pub(crate) fn put(&mut self, transaction: Transaction) {
        let number = transaction.number;
        if let Some(before) = self.transactions.get(&number) {
            if let Some(due) = before.due() {
                self.due.remove(&(due, number));
            }
            if let Some(due) = before.next_notice() {
                self.unsent.remove(&(due, number));
            }
        } else {
            self.executions.insert(transaction.execution_id.clone(), number);
            self.accounts.entry(transaction.account_id.clone()).or_default().insert(number);
            for credential in &transaction.credentials {
                self.credentials.insert(credential.id.clone(), number);
            }
        }
        if let Some(due) = transaction.due() {
            self.due.insert((due, number));
        }
        if let Some(due) = transaction.next_notice()
            && !self.in_flight.contains(&number)
        {
            self.unsent.insert((due, number));
        }
        self.next_number = self.next_number.max(number + 1);
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

    /// When something is next to be done: a move, or a callback.
    pub(crate) fn next_due(&self) -> Option<Moment> {
        let moves = self.due.first().map(|(due, _)| *due);
        let callbacks = self.unsent.first().map(|(due, _)| *due);
        moves.into_iter().chain(callbacks).min()
    }

    /// Those with a callback to send by now. Each is given out once, until that has [landed](Self::landed).
    pub(crate) fn take_unsent(&mut self, now: Moment) -> Vec<Transaction> {
        let mut taken = Vec::new();
        while let Some(first) = self.unsent.first().copied().filter(|(due, _)| *due <= now) {
            self.unsent.remove(&first);
            self.in_flight.insert(first.1);
            taken.extend(self.get(first.1).cloned());
        }
        taken
    }

    /// A callback of this transaction was sent, or could not be.
    pub(crate) fn landed(&mut self, number: u64) {
        self.in_flight.remove(&number);
    }
}
