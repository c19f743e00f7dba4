//! The annotations in the simulator's code: `// behavior: <what> | <source> | <how sure>`, on one line or on several.

/// How sure a behavior can be, surest first.
pub(super) const SURENESS: [&str; 4] = ["documented", "observed", "inferred", "chosen"];

const MARK: &str = "// behavior:";

/// One behavior of the simulator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Behavior {
    pub(super) line: usize,
    pub(super) what: String,
    pub(super) source: String,
    pub(super) sureness: String,
}

/// Every annotation of a file; or the line of a wrong one and what is wrong.
pub(super) fn read(text: &str) -> Vec<Result<Behavior, (usize, String)>> {
    let lines: Vec<&str> = text.lines().map(str::trim_start).collect();
    let mut found = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let Some(first) = line.strip_prefix(MARK) else { continue };
        let mut joined = first.trim().to_owned();
        // It goes on until it says how sure it is.
        for more in lines.iter().skip(index + 1) {
            let Some(more) = more.strip_prefix("// ").filter(|_| joined.matches(" | ").count() < 2) else { break };
            joined.push(' ');
            joined.push_str(more.trim());
        }
        found.push(behavior(&joined, index + 1).map_err(|problem| (index + 1, problem)));
    }
    found
}

fn behavior(text: &str, line: usize) -> Result<Behavior, String> {
    let form = "write `// behavior: <what> | <place in the reference> | <documented, observed, inferred or chosen>`";
    let [what, source, sureness] = text.split(" | ").collect::<Vec<_>>()[..] else { return Err(form.to_owned()) };
    if what.is_empty() || !SURENESS.contains(&sureness) {
        return Err(form.to_owned());
    }
    let is_own = sureness == "chosen" && source.starts_with("no such");
    if !is_place(source) && !is_own {
        return Err(format!(
            "{source:?} is no place in the reference, such as `protocol 7.2` or `vocabulary 4.1`; what Jumio does not have \
             is `no such … at Jumio` and chosen"
        ));
    }
    Ok(Behavior { line, what: what.to_owned(), source: source.to_owned(), sureness: sureness.to_owned() })
}

/// Whether it starts with a place in the reference: `protocol 7.2`, `vocabulary 4.1`.
pub(super) fn is_place(source: &str) -> bool {
    ["protocol ", "vocabulary "].iter().any(|page| {
        source.strip_prefix(page).is_some_and(|rest| rest.starts_with(|letter: char| letter.is_ascii_digit()))
    })
}

/// Places that must have an annotation and have none: functions that refuse a call, and comments that say that something
/// was chosen.
pub(super) fn missing(text: &str) -> Vec<(usize, String)> {
    let mut missing = Vec::new();
    let lines: Vec<&str> = text.lines().collect();
    for (start, end) in functions(&lines) {
        let body = lines.get(start..end).unwrap_or_default();
        let refuses = body.iter().any(|line| line.contains("Err(Refusal::") || line.contains("|| Refusal::"));
        // A failure of the simulator itself is no behavior of Jumio's.
        let only_internal =
            body.iter().filter(|line| line.contains("Refusal::")).all(|line| line.contains("Refusal::internal"));
        if refuses && !only_internal && !body.iter().any(|line| line.trim_start().starts_with(MARK)) {
            let what = "a function that refuses a call has no `// behavior:` that says where the refusal comes from";
            missing.push((start + 1, what.to_owned()));
        }
    }
    for (index, line) in lines.iter().enumerate() {
        let text = line.trim_start();
        if text.starts_with("//")
            && (text.contains(" Chosen:") || text.contains(" Chosen.") || text.contains(" Chosen;"))
        {
            missing.push((index + 1, "what was chosen is a `// behavior: … | chosen`".to_owned()));
        }
    }
    missing
}

/// The first and the last line of each top-level function, with the comments above it. Tests are left out.
fn functions(lines: &[&str]) -> Vec<(usize, usize)> {
    let mut functions = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        if line.starts_with("#[cfg(test)]") {
            break;
        }
        let rest = line.strip_prefix("pub(crate) ").or(line.strip_prefix("pub(super) ")).unwrap_or(line);
        let rest = rest.strip_prefix("async ").unwrap_or(rest);
        if !rest.starts_with("fn ") {
            continue;
        }
        let comments = lines.iter().take(index).rev().take_while(|line| line.starts_with("//")).count();
        let end =
            lines.iter().skip(index).position(|line| *line == "}").map_or(lines.len(), |length| index + length + 1);
        functions.push((index - comments, end));
    }
    functions
}

#[cfg(test)]
mod tests {
    use super::{missing, read};

    #[test]
    fn annotations_are_read_on_one_line_or_several() {
        let text = "    // behavior: a | protocol 7.2 | documented\n// behavior: b and\n//   more | vocabulary 4.1, 5 |\n// chosen\n// else\n";
        let found: Vec<_> = read(text).into_iter().map(Result::unwrap).collect();
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].what.as_str(), found[0].sureness.as_str()), ("a", "documented"));
        assert_eq!((found[1].line, found[1].what.as_str()), (2, "b and more"));
    }

    #[test]
    fn an_annotation_without_a_source_fails() {
        for text in [
            "// behavior: a | documented",
            "// behavior: a | somewhere | documented",
            "// behavior: a | protocol | documented",
            "// behavior: a | protocol 7.2 | perhaps",
            "// behavior: a | no such thing at Jumio | documented",
        ] {
            assert!(read(text)[0].is_err(), "{text}");
        }
        assert!(read("// behavior: a | no such thing at Jumio | chosen")[0].is_ok());
    }

    #[test]
    fn a_refusal_without_an_annotation_is_found() {
        let bare = "fn a() -> R {\n    Err(Refusal::not_found(\"x\"))\n}\n";
        assert_eq!(missing(bare).len(), 1);
        assert_eq!(missing(&format!("// behavior: a | protocol 1 | chosen\n{bare}")).len(), 0);
        assert_eq!(missing("fn a() {\n    Err(Refusal::internal(\"x\"))\n}\n").len(), 0);
        assert_eq!(missing("/// Chosen: this.\n").len(), 1);
    }
}
