//! The reference pages of the book: every table of the vocabulary, for people, each row with its sources.

mod documents;
mod errors;
mod places;
mod workflows;

use anyhow::Result;

use super::markdown::{head, table};
use super::table::{self as tables, Row as _, Source};

/// One page.
struct Page {
    file: &'static str,
    title: &'static str,
    /// What it holds, for the list of pages.
    about: &'static str,
    content: String,
}

/// File name and content of every page.
pub(super) fn render_all() -> Result<Vec<(String, String)>> {
    let mut pages = Vec::new();
    pages.extend(workflows::pages()?);
    pages.extend(documents::pages()?);
    pages.extend(errors::pages()?);
    pages.extend(places::pages()?);
    pages.push(sources()?);
    let mut files = vec![("README.md".to_owned(), index(&pages))];
    files.extend(pages.into_iter().map(|page| (page.file.to_owned(), page.content.trim_end().to_owned() + "\n")));
    Ok(files)
}

fn index(pages: &[Page]) -> String {
    let summary = "What Jumio's platform says and takes, value by value. Every list is open: Jumio adds values without \
                   notice, tenants have codes of their own, and a value that is not here is ordinary.";
    let mut out = head("Reference", &["fixtures/vocabulary".to_owned()], summary);
    for page in pages {
        out.push_str(&format!("- [{}]({}): {}\n", page.title, page.file, page.about));
    }
    out.push_str(
        "\nOf this project itself: [what is promised, and what proves it](requirements.md), and [what the simulator \
         does](simulator-behaviors.md), each with its source.\n",
    );
    out.push_str(
        "\nFor tools: the [OpenAPI 3.1 document](schema/openapi.json) of every call and of the callback, and a JSON Schema of \
         each payload in the same folder, named for the type that reads it. Known values stand there in `x-known-values`; \
         no list is closed.\n",
    );
    out
}

fn sources() -> Result<Page> {
    let (file, title) = ("sources.md", "Sources");
    let summary = "What the ids in the last column of every table stand for, and of what kind each source is.";
    let mut content = head(title, &[Source::path()], summary);
    content.push_str(&table(
        ["id", "kind", "what it is", "from"],
        tables::read::<Source>()?.into_iter().map(|row| {
            let anchor = format!("<a id=\"{}\"></a>`{}`", row.id, row.id);
            [anchor, row.tier, super::markdown::text(&row.title), row.period]
        }),
    ));
    Ok(Page { file, title, about: "where each row comes from", content })
}
