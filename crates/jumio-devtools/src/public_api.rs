//! `public-api FILE`: every public item of a crate, one a line, from the JSON that rustdoc writes.

use anyhow::{Context as _, Result, bail};
use lexopt::{Arg, ValueExt as _};
use public_api::Builder;

/// Prints the list. What rustdoc derives for every type (auto traits, blanket impls) and what a derive writes is left out:
/// it says nothing that the line of the type does not say.
pub(crate) fn run(mut args: lexopt::Parser) -> Result<bool> {
    let file = match args.next()? {
        Some(Arg::Value(file)) => file.string()?,
        _ => bail!("say which file rustdoc wrote"),
    };
    let api = Builder::from_rustdoc_json(&file)
        .omit_blanket_impls(true)
        .omit_auto_trait_impls(true)
        .omit_auto_derived_impls(true)
        .build()
        .with_context(|| format!("cannot read {file}"))?;
    for item in api.items() {
        println!("{item}");
    }
    Ok(true)
}
