//! What is shown, and how it fits.

use libtest_mimic::Trial;
use op_status::{page, runbook::Runbook};
use serde_json::{Value, json};

use crate::{
    Result, browser::Browser, clean, ensure, same, server::Server, shown, statuses, trial,
};

/// The narrowest phone that is still about.
const PHONE: u32 = 320;

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("everything_is_told_and_nothing_is_asked_of_others", everything),
        trial("it_works_without_scripts", without_scripts),
        trial("nothing_is_wider_than_a_phone", on_a_phone),
        trial("a_foreign_script_does_not_run", foreign_script),
        trial("a_runbook_stays_as_it_is", runbook_page),
    ]
}

fn everything() -> Result<()> {
    let (server, mut browser) = shown(&statuses::complete())?;
    let title = browser.value("document.title")?;
    same(&title, &json!("Not ready: 2 conditions failed, 1 unknown · chain 20260619 · op-warden"))?;
    let text = browser.value("document.querySelector('main').innerText")?;
    let text = text.as_str().ok_or("no text")?;
    let shown = [
        "Not ready: 2 conditions failed, 1 unknown",
        "until 2026-11-21 22:36:40 UTC (in 9 min)",
        "diverged at block 43190 after 43189",
        "Stop the follower, keep its data for a look",
        "Runbook OpStackFollowerDiverged",
        "refuse: 1 of 2 gates",
        "43200",
        "first at block 43190",
        "up to block 43000",
        "1,700 of 3,600 L1 blocks left",
        "about 5 h 42 min",
        "0.1044 ETH",
        "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC",
        "10 h",
        "another address",
        "block 6999400, 3 s ago",
    ];
    for words in shown {
        ensure(text.contains(words), || format!("{words:?} is not shown in\n{text}"))?;
    }
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    same(&first, &"Not ready: 2 conditions failed, 1 unknown")?;
    // An address in a finding is shown when it is opened.
    let source = "[...document.querySelectorAll('dd')].find(at => at.textContent.includes('/run/keys/batcher <&>'))";
    same(&browser.value(&format!("{source}.checkVisibility()"))?, &json!(false))?;
    browser.value("document.querySelector('#service-batcher > summary').click()")?;
    same(&browser.value(&format!("{source}.checkVisibility()"))?, &json!(true))?;
    clean(&server, &browser)
}

fn without_scripts() -> Result<()> {
    let server = Server::start(crate::render(&statuses::complete()))?;
    let mut browser = Browser::start()?;
    browser.call("Emulation.setScriptExecutionDisabled", &json!({ "value": true }))?;
    browser.open(&server.url)?;
    let reload = "document.querySelector('meta[http-equiv=refresh]')?.content ?? null";
    same(&browser.value(reload)?, &json!("30"))?;
    same(&browser.value("document.getElementById('connection').textContent")?, &json!(""))?;
    let closed = "document.querySelector('#service-batcher .compared').checkVisibility()";
    same(&browser.value(closed)?, &json!(false))?;
    browser.value("document.querySelector('#service-batcher > summary').click()")?;
    same(&browser.value(closed)?, &json!(true))?;
    clean(&server, &browser)
}

/// Elements that stick out of the window and do not scroll in something narrower.
const STICKING_OUT: &str = "[...document.querySelectorAll('body *')]
    .filter(at => at.checkVisibility() && !at.closest('.scroll > *, .skip, .symbols, .unseen'))
    .filter(at => { const box = at.getBoundingClientRect(); return box.right > innerWidth + .5 || box.left < -.5; })
    .map(at => `${at.tagName}.${at.className.baseVal ?? at.className}#${at.id} ${at.textContent.slice(0, 60)}`)";

fn on_a_phone() -> Result<()> {
    let all = [
        ("complete", statuses::complete()),
        ("empty", statuses::empty()),
        ("ready", statuses::ready()),
        ("crowd", statuses::crowd()),
        ("long", statuses::long()),
    ];
    let server = Server::start(String::new())?;
    let mut browser = Browser::start()?;
    for (name, status) in all {
        server.show(crate::render(&status));
        for width in [PHONE, 768, 1280] {
            browser.width(width)?;
            browser.open(&server.url)?;
            browser
                .value("document.querySelectorAll('details').forEach(at => { at.open = true; })")?;
            same(&browser.value("innerWidth")?, &json!(width))
                .map_err(|error| format!("{name} at {width}: {error}"))?;
            let wide = browser.value("document.documentElement.scrollWidth")?;
            let out = browser.value(STICKING_OUT)?;
            ensure(wide.as_u64() <= Some(width.into()) && out == json!([]), || {
                format!("{name} at {width} is {wide} wide: {out:#}")
            })?;
        }
    }
    clean(&server, &browser)
}

/// That the tests would see a broken policy, and that it holds.
fn foreign_script() -> Result<()> {
    let page = crate::render(&statuses::complete());
    let foreign = "<script>window.foreign = true</script><img src='/picture'></main>";
    let server = Server::start(page.replacen("</main>", foreign, 1))?;
    let mut browser = Browser::start()?;
    browser.open(&server.url)?;
    same(&browser.value("window.foreign === undefined")?, &json!(true))?;
    let complaints = browser.complaints();
    let blocked = |name: &str| complaints.iter().any(|at| at.to_string().contains(name));
    ensure(blocked("script-src") && blocked("img-src"), || format!("{complaints:#?}"))?;
    same(&server.others(), &Vec::new())
}

fn runbook_page() -> Result<()> {
    let text = concat!(
        "# A runbook\n\nWhat to do.\n\n    ",
        include_str!("../../runbooks/OpStackServiceDown.md")
    );
    let server = Server::start(page::of_runbook(&Runbook { name: "A runbook", text }))?;
    let mut browser = Browser::start()?;
    browser.width(PHONE)?;
    browser.open(&server.url)?;
    same(
        &browser.value("document.querySelector('main').innerText.slice(0, 11)")?,
        &json!("# A runbook"),
    )?;
    same(&browser.value("document.getElementById('connection').textContent")?, &json!(""))?;
    same(&browser.value("document.querySelector('noscript')")?, &Value::Null)?;
    let wide = browser.value("document.documentElement.scrollWidth")?;
    same(&wide, &json!(PHONE))?;
    clean(&server, &browser)
}
