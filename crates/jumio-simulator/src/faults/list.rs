//! The faults that are still to come, and which of them strikes a call. Chance is drawn from a seed, so the same calls in
//! the same order are struck in every run.

use std::sync::{Mutex, PoisonError};

use fastrand::Rng;
use serde::Serialize;

use super::{Fault, Strike};

/// Keeps the numbers of different faults apart: an odd number with bits all over.
const SPREAD: u64 = 0x9E37_79B9_7F4A_7C15;

/// The faults that are still to come.
pub(crate) struct Faults {
    seed: u64,
    waiting: Mutex<Waiting>,
}

#[derive(Default)]
struct Waiting {
    faults: Vec<Pending>,
    added: u64,
    struck: u64,
}

struct Pending {
    number: u64,
    fault: Fault,
    chance: Rng,
    struck: u64,
}

/// A fault as it is shown.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Listed {
    /// Counts all faults that there were, from 1.
    number: u64,
    /// How many calls it has struck.
    struck: u64,
    /// What is left of it: `skip` and `times` count down.
    #[serde(flatten)]
    fault: Fault,
}

impl Faults {
    pub(crate) fn new(seed: u64, faults: Vec<Fault>) -> Self {
        let list = Self { seed, waiting: Mutex::default() };
        faults.into_iter().for_each(|fault| list.add(fault));
        list
    }

    pub(crate) fn add(&self, fault: Fault) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.added += 1;
        let number = waiting.added;
        let chance = Rng::with_seed(self.seed ^ number.wrapping_mul(SPREAD));
        waiting.faults.push(Pending { number, fault, chance, struck: 0 });
    }

    pub(crate) fn clear(&self) {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).faults.clear();
    }

    /// How many calls were struck, by those that are used up and forgotten, too.
    pub(crate) fn struck(&self) -> u64 {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).struck
    }

    pub(crate) fn list(&self) -> Vec<Listed> {
        let waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let listed =
            |pending: &Pending| Listed { number: pending.number, struck: pending.struck, fault: pending.fault.clone() };
        waiting.faults.iter().map(listed).collect()
    }

    /// What strikes this call. Of several faults of one endpoint the first whose turn it is strikes. `execution` is asked
    /// only where a fault is about one.
    pub(crate) fn take(&self, endpoint: &str, execution: impl FnOnce() -> Option<String>) -> Option<Strike> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.faults.is_empty() {
            return None;
        }
        let asked = waiting.faults.iter().any(|pending| pending.fault.execution.is_some());
        let execution = if asked { execution() } else { None };
        let mut strike = None;
        for pending in
            waiting.faults.iter_mut().filter(|pending| pending.fault.concerns(endpoint, execution.as_deref()))
        {
            let fault = &mut pending.fault;
            if fault.skip > 0 {
                fault.skip -= 1;
            } else if strike.is_none() && (fault.always || fault.times > 0) {
                // Drawn for each call, so that other faults do not shift which calls this one strikes.
                let hits = fault.chance >= 1.0 || pending.chance.f64() < fault.chance;
                if hits {
                    fault.times = fault.times.saturating_sub(1);
                    pending.struck += 1;
                    strike = Some(Strike { kind: fault.kind.clone(), draw: pending.chance.usize(..) });
                }
            }
        }
        waiting.struck += u64::from(strike.is_some());
        waiting.faults.retain(|pending| pending.fault.always || pending.fault.times > 0);
        strike
    }
}

#[cfg(test)]
mod tests {
    use super::{Fault, Faults};
    use crate::faults::FaultKind;

    fn strikes(faults: &Faults, endpoint: &str, calls: usize) -> Vec<bool> {
        (0..calls).map(|_| faults.take(endpoint, || None).is_some()).collect()
    }

    #[test]
    fn a_fault_waits_strikes_and_is_gone() {
        let fault = Fault::new("token", FaultKind::ResetBefore).skip(1).times(2);
        let faults = Faults::new(0, vec![fault]);
        assert_eq!(strikes(&faults, "finalize", 1), [false]);
        assert_eq!(strikes(&faults, "token", 5), [false, true, true, false, false]);
        assert!(faults.list().is_empty());
    }

    #[test]
    fn always_is_until_cleared() {
        let faults = Faults::new(0, Vec::new());
        faults.add(Fault::any(FaultKind::ResetBefore).always());
        assert!(strikes(&faults, "token", 10).into_iter().all(|struck| struck));
        faults.clear();
        assert_eq!(strikes(&faults, "token", 1), [false]);
    }

    #[test]
    fn chance_depends_on_the_seed_alone() {
        let run = |seed| {
            let faults = Faults::new(seed, vec![Fault::any(FaultKind::ResetBefore).chance(0.3).always()]);
            strikes(&faults, "token", 1000)
        };
        assert_eq!(run(1), run(1));
        assert_ne!(run(1), run(2));
        let hits = run(1).into_iter().filter(|struck| *struck).count();
        assert!((200..400).contains(&hits), "{hits}");
    }

    #[test]
    fn a_fault_of_one_transaction_leaves_others_alone() {
        let faults = Faults::new(0, vec![Fault::new("finalize", FaultKind::ResetBefore).only_for("w")]);
        for execution in [None, Some("x".to_owned())] {
            assert!(faults.take("finalize", || execution).is_none());
        }
        assert!(faults.take("finalize", || Some("w".to_owned())).is_some());
    }
}
