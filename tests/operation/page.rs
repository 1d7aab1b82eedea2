//! The page `/` in a browser: headless Chromium, where it is installed.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::faults::Ends;
use super::served::{Client, PATIENCE, Served, mapping};
use super::upstream::{Manner, Upstream};

const BROWSERS: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

/// Chromium, spoken to over its debugging pipe.
struct Browser {
    child: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
    session: Option<String>,
    asked: u64,
    _profile: TempDir,
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Browser {
    /// A browser that shows a page; `None` where no Chromium is installed.
    fn show(url: &str) -> Option<Self> {
        let answers = |name: &&str| {
            let version = Command::new(name).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
            version.is_ok_and(|status| status.success())
        };
        let Some(name) = BROWSERS.into_iter().find(answers) else {
            println!("left out: no Chromium is installed");
            return None;
        };
        let profile = tempfile::tempdir().unwrap();
        // The pipe is expected at the descriptors 3 and 4.
        let command = format!(
            "exec {name} --headless --no-sandbox --disable-gpu --disable-dev-shm-usage --no-first-run \
             --remote-debugging-pipe --user-data-dir={} 3<&0 4>&1 </dev/null >/dev/null 2>&1",
            profile.path().display()
        );
        let mut child =
            Command::new("sh").args(["-c", &command]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (to, from) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        let mut browser = Self { child, to, from, session: None, asked: 0, _profile: profile };
        let target = browser.ask("Target.createTarget", json!({ "url": url }))["targetId"].clone();
        let attached = browser.ask("Target.attachToTarget", json!({ "targetId": target, "flatten": true }));
        browser.session = attached["sessionId"].as_str().map(ToOwned::to_owned);
        Some(browser)
    }

    fn ask(&mut self, method: &str, parameters: Value) -> Value {
        self.asked += 1;
        let mut question = json!({ "id": self.asked, "method": method, "params": parameters });
        if let Some(session) = &self.session {
            question["sessionId"] = json!(session);
        }
        self.to.write_all(format!("{question}\0").as_bytes()).unwrap();
        loop {
            let mut answer = Vec::new();
            assert!(self.from.read_until(0, &mut answer).unwrap() > 0, "the browser went away");
            let mut answer: Value = serde_json::from_slice(answer.strip_suffix(b"\0").unwrap()).unwrap();
            if answer["id"] == self.asked {
                return answer["result"].take();
            }
        }
    }

    /// What an expression comes to on the page.
    fn evaluate(&mut self, expression: &str) -> Value {
        let mut told = self.ask("Runtime.evaluate", json!({ "expression": expression, "returnByValue": true }));
        told["result"]["value"].take()
    }

    /// Waits until an expression is true on the page.
    fn until(&mut self, expression: &str) {
        let began = Instant::now();
        while self.evaluate(expression) != json!(true) {
            let text = self.evaluate("document.body.innerText");
            assert!(began.elapsed() < PATIENCE, "never on the page: {expression}\n{text}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

#[test]
fn the_page_tells_requests_as_they_happen_and_explains_them() {
    let upstream = Upstream::start(Manner::Echo);
    let served = Served::start(
        &(mapping("cart", "/cart/", upstream.address(), "") + &mapping("pages", "/pages/", upstream.address(), "")),
    );
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let ends = Ends(&is_over);
        let Some(mut browser) = Browser::show(&format!("http://{}/", served.admin_address())) else { return };
        scope.spawn(|| {
            let mut client = Client::new(served.address());
            while !is_over.load(Ordering::SeqCst) {
                assert_eq!(client.get("/cart/&lt;i&gt;").unwrap().status(), 200);
                assert_eq!(client.get("/nowhere").unwrap().status(), 404);
                std::thread::sleep(Duration::from_millis(20));
            }
        });
        let has_row = |words: &[&str]| {
            let all = words.iter().map(|word| format!("row.innerText.includes({})", json!(word)));
            let all: Vec<String> = all.collect();
            format!("[...document.querySelectorAll('#live tbody tr')].some((row) => {})", all.join(" && "))
        };
        let to = upstream.address().to_string();
        // What clients send is text, never markup.
        browser.until(&has_row(&["200", "GET", "test.example.com", "/cart/&lt;i&gt;", "cart.default", &to]));
        browser.until(&has_row(&["404 NR", "/nowhere", "none"]));
        browser.until("document.querySelector('#mappings').innerText.includes('cart.default')");
        browser.until("Number(document.querySelector('#total').textContent) > 2");
        // A click on a request asks about it; the form asks about any.
        browser.evaluate("document.querySelector('#live tbody tr').click()");
        browser.until("document.querySelector('#answer').innerText.includes('test.example.com')");
        browser.evaluate("document.querySelector('#url').value = 'http://shop.example.com/pages/7'");
        browser.evaluate("document.querySelector('#ask button').click()");
        browser.until("document.querySelector('#answer').innerText.includes('WINS')");
        browser.until("document.querySelector('#answer').innerText.includes('pages.default')");
        browser.evaluate("document.querySelector('#filter').value = 'nowhere'");
        browser.evaluate("document.querySelector('#filter').oninput()");
        browser.until("[...document.querySelectorAll('#live tbody tr')].some((row) => row.hidden)");
        drop(ends);
    });
}
