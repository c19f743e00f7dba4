//! The real `jumio` binary, in folders of its own, against simulators and against servers that misbehave.

#[cfg(test)]
mod again;
#[cfg(test)]
mod crash;
#[cfg(test)]
mod hosted;
#[cfg(test)]
mod interrupt;
#[cfg(test)]
mod main_job;
#[cfg(test)]
mod refusals;
#[cfg(test)]
mod secrets;
#[cfg(test)]
mod sim;
#[cfg(test)]
mod support;
#[cfg(test)]
mod tokens;
#[cfg(test)]
mod trouble;
