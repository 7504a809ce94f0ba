//! The page refreshes itself, and says when it cannot.

use libtest_mimic::Trial;
use op_status::condition::State;
use serde_json::json;

use crate::{Result, clean, ensure, render, same, shown, statuses, trial};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("it_refreshes_itself_and_leaves_the_reader_in_peace", refreshes),
        trial("it_says_when_op_warden_is_gone_and_when_it_is_back", gone),
        trial("another_version_of_op_warden_is_loaded_anew", another_version),
    ]
}

fn refreshes() -> Result<()> {
    let mut status = statuses::complete();
    let (server, mut browser) = shown(&status)?;
    browser.width(400)?;
    browser.value("window.loaded = 'once'")?;
    // What a reader has done: opened, closed, scrolled, focused, selected.
    browser.value("document.querySelector('#service-proposer > summary').click()")?;
    browser.value("document.querySelector('#service-batcher > summary').click()")?;
    browser.value("document.querySelector('#service-batcher-batcher-key-1 > summary').click()")?;
    browser.value("document.querySelector('#followers-table').scrollLeft = 40")?;
    browser.value("document.querySelector('#service-proposer > summary').focus()")?;
    browser.value(
        "getSelection().selectAllChildren(document.querySelector('#account-batcher code'))",
    )?;
    browser.value("scrollTo(0, 900)")?;
    let state = "({
        loaded: window.loaded,
        opened: document.querySelector('#service-proposer').open,
        closed: document.querySelector('#service-batcher-batcher-key-1').open,
        inTable: document.querySelector('#followers-table').scrollLeft,
        focus: document.activeElement.id,
        selected: getSelection().toString(),
        scroll: scrollY,
    })";
    let before = browser.value(state)?;
    let expected = json!({
        "loaded": "once", "opened": true, "closed": false, "inTable": 40,
        "focus": "service-proposer-summary",
        "selected": "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC", "scroll": 900,
    });
    same(&before, &expected)?;
    // Below where the reader is, so that nothing moves: a follower more, another block, another order.
    status.nodes.insert("follower-new-node".to_owned(), status.nodes["elsewhere"].clone());
    status.nodes.remove("follower-a-node");
    "a finding that is new".clone_into(&mut status.events[0].found);
    status.services.get_mut("challenger").ok_or("no challenger")?.restarts = 17;
    server.show(render(&status));
    browser.until("document.querySelector('main').innerText.includes('a finding that is new')")?;
    same(&browser.value(state)?, &expected)?;
    let text = browser.value("document.querySelector('main').innerText")?;
    let text = text.as_str().unwrap_or_default();
    ensure(text.contains("follower-new-node") && text.contains("17 restarts"), || text.to_owned())?;
    ensure(!text.contains("follower-a-node\n1"), || format!("what is gone is shown:\n{text}"))?;
    // The very page that the server would send now, but for what the reader has done.
    status.conditions.retain(|condition| condition.state == State::Ok);
    status.ready = true;
    server.show(render(&status));
    browser.until("document.title.startsWith('Ready')")?;
    let shown = browser.value("document.getElementById('announcement').textContent")?;
    same(&shown, &json!("Ready · chain 20260619 · op-warden"))?;
    browser.value(
        "document.querySelectorAll('details').forEach(at => { at.open = at.dataset.open === 'true'; })",
    )?;
    let equal = browser.value(
        "(async () => {
            const answer = await (await fetch('/')).text();
            const fresh = new DOMParser().parseFromString(answer, 'text/html');
            return document.querySelector('main').isEqualNode(fresh.querySelector('main'));
        })()",
    )?;
    same(&equal, &json!(true))?;
    same(&browser.value("window.loaded")?, &json!("once"))?;
    clean(&server, &browser)
}

fn gone() -> Result<()> {
    let (mut server, mut browser) = shown(&statuses::complete())?;
    browser.until("document.getElementById('connection').textContent === 'refreshes every 5 s'")?;
    server.stop();
    browser.until("document.getElementById('connection').textContent.startsWith('op-warden cannot be reached: all of this is from ')")?;
    same(&browser.value("document.title")?, &json!("No answer · op-warden"))?;
    let kept = browser.value("document.querySelector('main').innerText.includes('43200')")?;
    same(&kept, &json!(true))?;
    server.restart()?;
    browser.until("document.getElementById('connection').textContent === 'refreshes every 5 s'")?;
    browser.until("document.title.startsWith('Not ready')")
}

fn another_version() -> Result<()> {
    let status = statuses::complete();
    let (server, mut browser) = shown(&status)?;
    browser.value("window.loaded = 'once'")?;
    server.show(render(&status).replacen("<style>", "<style>/* newer */", 1));
    browser.until("window.loaded === undefined")
}
