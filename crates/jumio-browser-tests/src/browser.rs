//! A headless Chromium with an empty profile, and what a test does with it. Everything waits for what it needs to see, and
//! fails with what was expected where that never comes.

use std::fmt::Debug;
use std::future::Future;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use thirtyfour::prelude::*;

use crate::axe;
use crate::driver::Driver;

/// Only so that a broken test ends.
const PATIENCE: Duration = Duration::from_secs(20);
/// Between two looks at a page that is not there yet.
const LOOK: Duration = Duration::from_millis(20);

/// No sandbox inside a container, and no connection that the page itself does not make.
const FLAGS: &[&str] = &[
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--lang=en-US",
];

/// A browser with one window.
#[derive(Clone)]
pub struct Browser {
    web: WebDriver,
}

/// Runs a test in a browser of its own, which is gone afterwards, whatever happened.
pub async fn with_browser<F: Future<Output = ()>>(test: impl FnOnce(Browser) -> F) {
    crate::name_cryptography();
    let profile = tempfile::tempdir().expect("a temporary folder");
    let driver = Driver::start();
    let mut capabilities = DesiredCapabilities::chrome();
    for flag in FLAGS {
        capabilities.add_arg(flag).expect("a flag");
    }
    capabilities.add_arg(&format!("--user-data-dir={}", profile.path().display())).expect("a flag");
    let web = WebDriver::new(&driver.url, capabilities).await.expect("Chromium starts");
    let run = web.run_and_quit(|web| async {
        web.update_timeouts(TimeoutConfiguration::new(Some(PATIENCE), Some(PATIENCE), Some(Duration::ZERO))).await?;
        test(Browser { web }).await;
        Ok::<(), WebDriverError>(())
    });
    run.await.expect("the browser answers and ends");
}

impl Browser {
    /// Opens an address.
    pub async fn open(&self, url: &str) {
        self.web.goto(url).await.expect("the address opens");
    }

    /// The address shown now.
    pub async fn address(&self) -> String {
        self.web.current_url().await.expect("an address").to_string()
    }

    /// Loads the address again.
    pub async fn reload(&self) {
        self.web.refresh().await.expect("the page loads again");
    }

    /// What a script returns, run in the page.
    pub async fn script(&self, script: &str, args: Vec<Value>) -> Value {
        let returned = self.web.execute(script, args).await;
        returned.unwrap_or_else(|error| panic!("{script}: {error}")).json().clone()
    }

    /// The value of an expression.
    pub async fn value(&self, expression: &str) -> Value {
        self.script(&format!("return ({expression});"), Vec::new()).await
    }

    /// Waits until an expression has this value.
    pub async fn until(&self, expression: &str, expected: impl Into<Value>) {
        let expected = expected.into();
        let script = format!("return ({expression});");
        self.wait(expression, async || {
            // While a page goes and the next one comes there is nothing to ask.
            let Ok(found) = self.web.execute(script.as_str(), Vec::new()).await else { return Err(Value::Null) };
            if *found.json() == expected { Ok(()) } else { Err(found.json().clone()) }
        })
        .await;
    }

    /// Waits until the address starts like this, and returns all of it.
    pub async fn until_at(&self, start: &str) -> String {
        self.wait(start, async || {
            let address = self.address().await;
            if address.starts_with(start) { Ok(address) } else { Err(address) }
        })
        .await
    }

    async fn wait<T, E: Debug>(&self, what: &str, look: impl AsyncFn() -> Result<T, E>) -> T {
        let end = Instant::now() + PATIENCE;
        loop {
            match look().await {
                Ok(found) => return found,
                Err(_) if Instant::now() < end => tokio::time::sleep(LOOK).await,
                Err(last) => {
                    let page = self.web.source().await.unwrap_or_default();
                    panic!("waited in vain for {what}; last seen: {last:?}\n{page}")
                }
            }
        }
    }

    /// Waits for an element that is shown, and returns it.
    pub async fn shown(&self, css: &str) -> WebElement {
        self.wait(css, async || {
            let element = self.web.find(By::Css(css)).await.map_err(|error| error.to_string())?;
            match element.is_displayed().await {
                Ok(true) => Ok(element),
                Ok(false) => Err("hidden".to_owned()),
                Err(error) => Err(error.to_string()),
            }
        })
        .await
    }

    /// The text of the first such element that is shown.
    pub async fn text(&self, css: &str) -> String {
        self.shown(css).await.text().await.expect("a text")
    }

    /// The texts of all such elements, shown or not.
    pub async fn texts(&self, css: &str) -> Vec<String> {
        let script = "return [...document.querySelectorAll(arguments[0])].map((found) => found.textContent.trim());";
        let texts = self.script(script, vec![json!(css)]).await;
        serde_json::from_value(texts).expect("texts")
    }

    /// Waits until the texts of all such elements are these.
    pub async fn until_texts(&self, css: &str, expected: &[&str]) {
        let list = format!("[...document.querySelectorAll({})].map((found) => found.textContent.trim())", json!(css));
        self.until(&list, json!(expected)).await;
    }

    /// Clicks the first such element.
    pub async fn click(&self, css: &str) {
        self.shown(css).await.click().await.unwrap_or_else(|error| panic!("{css}: {error}"));
    }

    /// Chooses files as in the browser's own dialog.
    pub async fn choose(&self, css: &str, files: &[&Path]) {
        let field = self.web.find(By::Css(css)).await.expect("a file field");
        let paths: Vec<_> =
            files.iter().map(|file| std::fs::canonicalize(file).expect("a file").display().to_string()).collect();
        field.send_keys(paths.join("\n")).await.expect("the files are taken");
    }

    /// Presses a key at whatever has the focus.
    pub async fn press(&self, key: Key) {
        let pressed = self.web.action_chain().key_down(key.clone()).key_up(key).perform().await;
        pressed.expect("the key is pressed");
    }

    /// Drags one element onto another.
    pub async fn drag(&self, from: &str, to: &str) {
        let (from, to) = (self.shown(from).await, self.shown(to).await);
        from.js_drag_to(&to).await.expect("the drag");
    }

    /// Goes into the first frame of the page.
    pub async fn enter_frame(&self) {
        self.web.enter_frame(0).await.expect("a frame");
    }

    /// Goes back to the page around the frame.
    pub async fn leave_frame(&self) {
        self.web.enter_default_frame().await.expect("the page around the frame");
    }

    /// Shows pages as on a screen of this size, in CSS pixels.
    pub async fn screen(&self, width: u32, height: u32, scale: f64) {
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": scale, "mobile": width < 600 });
        self.command("Emulation.setDeviceMetricsOverride", size).await;
    }

    /// Lets pages run their scripts, or not.
    pub async fn scripts(&self, allowed: bool) {
        self.command("Emulation.setScriptExecutionDisabled", json!({ "value": !allowed })).await;
    }

    /// Cuts the network, or mends it.
    pub async fn offline(&self, offline: bool) {
        let conditions = json!({ "offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1 });
        self.command("Network.enable", json!({})).await;
        self.command("Network.emulateNetworkConditions", conditions).await;
    }

    async fn command(&self, method: &str, parameters: Value) {
        self.web.cdp().send_raw(method, parameters).await.unwrap_or_else(|error| panic!("{method}: {error}"));
    }

    /// Fails where the page is wider than the screen.
    pub async fn fits(&self) {
        let widths = self.value("[document.documentElement.scrollWidth, document.documentElement.clientWidth]").await;
        assert_eq!(widths[0], widths[1], "the page scrolls sideways");
    }

    /// Fails where the page breaks a rule of axe-core; the state is named in the failure.
    pub async fn is_accessible(&self, state: &str) {
        axe::check(&self.web, state).await;
    }

    /// A picture of what is shown.
    pub async fn picture(&self) -> Vec<u8> {
        self.web.screenshot_as_png().await.expect("a picture")
    }
}
