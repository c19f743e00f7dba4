//! Pages about countries, their subdivisions, and languages.

use anyhow::Result;

use super::Page;
use crate::codegen::markdown::{code, head, remarks, sources, table, text, yes};
use crate::codegen::table::{self as tables, Country, CountryExtra, Locale, Row as _, Subdivision};

pub(super) fn pages() -> Result<Vec<Page>> {
    Ok(vec![countries()?, locales()?])
}

fn countries() -> Result<Page> {
    let (file, title) = ("countries.md", "Countries and subdivisions");
    let summary = "Countries are ISO 3166-1 alpha-3 codes, and `XKX`. Subdivisions are asked for by their code in Australia, \
                   Canada and the United States; elsewhere `state` is any text.";
    let tables_read = [Country::path(), CountryExtra::path(), Subdivision::path()];
    let mut content = head(title, &tables_read, summary);
    content.push_str("## Countries\n\n");
    content.push_str(&table(
        ["code", "alpha-2", "name", "ISO 3166-1", "source"],
        tables::read::<Country>()?.into_iter().map(|row| {
            [
                code(&row.alpha3),
                code(row.alpha2.as_deref().unwrap_or_default()),
                text(&row.name),
                yes(row.iso),
                sources(row.source()),
            ]
        }),
    ));
    content.push_str("## Beside ISO\n\n");
    content.push_str(&table(
        ["code", "what it is", "where", "standing", "notes", "source"],
        tables::read::<CountryExtra>()?.into_iter().map(|row| {
            [
                code(&row.code),
                text(&row.name),
                text(&row.r#where.join(", ")),
                text(&row.status),
                remarks(None, row.conflict.as_deref()),
                sources(row.source()),
            ]
        }),
    ));
    content.push_str("## Subdivisions\n\n");
    content.push_str(&table(
        ["country", "code", "ISO 3166-2", "name", "source"],
        tables::read::<Subdivision>()?.into_iter().map(|row| {
            [code(&row.country), code(&row.code), code(&row.iso_3166_2), text(&row.name), sources(row.source())]
        }),
    ));
    Ok(Page { file, title, about: "country codes, and the states that have one", content })
}

fn locales() -> Result<Page> {
    let (file, title) = ("locales.md", "Locales");
    let summary =
        "What `web.locale` may be. Clients differ in hyphen and underscore; the documented form has the hyphen.";
    let mut content = head(title, &[Locale::path()], summary);
    content.push_str(&table(
        ["code", "language", "default", "documented", "web SDK", "older product", "notes", "source"],
        tables::read::<Locale>()?.into_iter().map(|row| {
            [
                code(&row.code),
                text(&row.name),
                yes(row.default),
                yes(row.platform_guide),
                yes(row.websdk),
                yes(row.legacy_docv),
                remarks(None, row.conflict.as_deref()),
                sources(row.source()),
            ]
        }),
    ));
    Ok(Page { file, title, about: "languages of Jumio's pages", content })
}
