//! The inspector at `/_sim/`: a page over the control API that shows where an integration stands. It holds no data itself;
//! its script asks for everything, and who may ask is the control API's own rule.

use std::sync::{Arc, LazyLock};

use axum::Router;
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use axum::routing::get;

use crate::page::security;
use crate::shared::Shared;

const TEMPLATE: &str = include_str!("inspector/inspector.html");
const STYLE: &str = include_str!("inspector/inspector.css");
/// Three files that share one scope.
const SCRIPT: &str = concat!(
    include_str!("inspector/state.js"),
    include_str!("inspector/draw.js"),
    include_str!("inspector/inspector.js")
);

static PAGE: LazyLock<String> = LazyLock::new(|| TEMPLATE.replace("STYLE", STYLE).replace("SCRIPT", SCRIPT));

/// Nothing from anywhere else, and in nobody's frame.
static POLICY: LazyLock<String> = LazyLock::new(|| {
    format!(
        "default-src 'none'; script-src {}; style-src {}; connect-src 'self'; form-action 'none'; base-uri 'none'; \
         frame-ancestors 'none'",
        security::hash(SCRIPT),
        security::hash(STYLE),
    )
});

/// The page's path, with and without the slash.
pub(crate) fn router() -> Router<Arc<Shared>> {
    Router::new().route("/_sim/", get(show)).route("/_sim", get(async || Redirect::permanent("/_sim/")))
}

async fn show() -> Response {
    (security::headers(&POLICY), Html(PAGE.as_str())).into_response()
}

#[cfg(test)]
mod tests {
    use super::{PAGE, SCRIPT, STYLE};

    #[test]
    fn the_page_holds_its_parts_as_they_are() {
        assert_eq!(PAGE.matches(STYLE).count(), 1);
        assert_eq!(PAGE.matches(SCRIPT).count(), 1);
        assert!(!SCRIPT.contains("</") && !STYLE.contains("</"));
        assert!(!SCRIPT.contains("innerHTML"));
    }
}
