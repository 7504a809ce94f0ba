//! For every reader: names, headings, landmarks, focus, contrast, motion.

use libtest_mimic::Trial;
use serde_json::{Value, json};

use crate::{Result, clean, ensure, same, shown, statuses, trial};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("everything_has_a_name_and_a_place", names),
        trial("headings_and_identifiers_are_in_order", order),
        trial("what_has_the_focus_shows_and_keeps_it", focus),
        trial("light_and_dark_differ_and_both_can_be_read", colours),
        trial("nothing_moves_for_who_wants_none", motion),
    ]
}

/// Role and name of each node of the accessibility tree.
fn tree(browser: &mut crate::Browser) -> Result<Vec<(String, String)>> {
    let tree = browser.call("Accessibility.getFullAXTree", &json!({}))?;
    let text = |value: &Value| value["value"].as_str().unwrap_or_default().to_owned();
    let nodes = tree["nodes"].as_array().ok_or("no tree")?;
    let seen = nodes.iter().filter(|node| node["ignored"] == false);
    Ok(seen.map(|node| (text(&node["role"]), text(&node["name"]))).collect())
}

fn names() -> Result<()> {
    let (server, mut browser) = shown(&statuses::complete())?;
    browser.value("document.querySelectorAll('details').forEach(at => { at.open = true; })")?;
    let tree = tree(&mut browser)?;
    let of = |role: &str| -> Vec<&str> {
        tree.iter().filter(|(at, _)| at == role).map(|(_, name)| name.as_str()).collect()
    };
    for landmark in ["banner", "main", "contentinfo", "navigation"] {
        ensure(of(landmark).len() == 1, || format!("{landmark}: {tree:#?}"))?;
    }
    let roles = [
        "navigation",
        "region",
        "table",
        "image",
        "meter",
        "link",
        "DisclosureTriangle",
        "columnheader",
        "rowheader",
    ];
    for role in roles {
        let names = of(role);
        ensure(!names.is_empty(), || format!("no {role} in {tree:#?}"))?;
        ensure(names.iter().all(|name| !name.is_empty()), || {
            format!("{role} without a name: {names:?}")
        })?;
    }
    same(&of("meter"), &vec!["L1 blocks left of the sequencing window"])?;
    same(&of("image").len(), &6)?;
    ensure(of("image").iter().all(|name| name.contains("From 4 h ago over 3 h 59 min")), || {
        format!("charts are not put in words: {:?}", of("image"))
    })?;
    ensure(of("status").len() >= 2, || format!("what changes is not announced: {tree:#?}"))?;
    same(&browser.value("document.documentElement.lang")?, &json!("en"))?;
    clean(&server, &browser)
}

fn order() -> Result<()> {
    let (server, mut browser) = shown(&statuses::crowd())?;
    let levels = browser.value(
        "[...document.querySelectorAll('h1, h2, h3, h4')].map(at => Number(at.tagName[1]))",
    )?;
    let levels: Vec<u64> =
        levels.as_array().into_iter().flatten().filter_map(Value::as_u64).collect();
    same(&levels.first().copied(), &Some(1))?;
    same(&levels.iter().filter(|level| **level == 1).count(), &1)?;
    ensure(levels.windows(2).all(|pair| pair[1] <= pair[0] + 1), || format!("{levels:?}"))?;
    let twice = browser.value("[...document.querySelectorAll('[id]')].map(at => at.id).filter((id, at, all) => all.indexOf(id) !== at)")?;
    same(&twice, &json!([]))?;
    let missing = browser.value("[...document.querySelectorAll('[aria-labelledby]')].flatMap(at => at.getAttribute('aria-labelledby').split(' ')).filter(id => !document.getElementById(id))")?;
    same(&missing, &json!([]))?;
    let unscoped = browser
        .value("document.querySelectorAll('th:not([scope]), table:not(:has(caption))').length")?;
    same(&unscoped, &json!(0))?;
    let times = browser.value("[...document.querySelectorAll('time')].filter(at => isNaN(new Date(at.dateTime)) || !at.dateTime.endsWith('Z')).length")?;
    same(&times, &json!(0))?;
    clean(&server, &browser)
}

fn focus() -> Result<()> {
    let (server, mut browser) = shown(&statuses::complete())?;
    let nameless = browser.value("[...document.querySelectorAll('main :is(a, summary, [tabindex])')].filter(at => !at.id).map(at => at.outerHTML)")?;
    same(&nameless, &json!([]))?;
    let mut seen = Vec::new();
    for _ in 0..12 {
        for kind in ["rawKeyDown", "keyUp"] {
            let key =
                json!({ "type": kind, "key": "Tab", "code": "Tab", "windowsVirtualKeyCode": 9 });
            browser.call("Input.dispatchKeyEvent", &key)?;
        }
        let at = browser.value("(at => [at.id || at.className, getComputedStyle(at).outlineStyle, at.getBoundingClientRect().top >= 0])(document.activeElement)")?;
        ensure(at[1] == "solid" && at[2] == true, || format!("its focus does not show: {at}"))?;
        seen.push(at[0].clone());
    }
    same(
        &seen[..3],
        &[
            json!("skip"),
            json!("brand"),
            json!("condition-follower-unsafe-follower-b-node-runbook"),
        ][..],
    )?;
    clean(&server, &browser)
}

/// Texts whose contrast to what is behind them is too low, and how many there are at all.
const CONTRAST: &str = r"(() => {
    const channels = text => text.match(/[\d.]+/g).map(Number);
    const light = colour => {
        const [r, g, b] = colour.map(c => c / 255).map(c => c <= .03928 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4);
        return .2126 * r + .7152 * g + .0722 * b;
    };
    const behind = at => {
        for (; at; at = at.parentElement) {
            const colour = channels(getComputedStyle(at).backgroundColor);
            if (colour[3] !== 0) return colour;
        }
        return [255, 255, 255];
    };
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const poor = [];
    let all = 0;
    while (walker.nextNode()) {
        const at = walker.currentNode.parentElement;
        if (!walker.currentNode.data.trim() || !at.checkVisibility() || at.closest('svg, meter')) continue;
        const [a, b] = [light(channels(getComputedStyle(at).color)), light(behind(at))];
        const contrast = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
        all += 1;
        if (contrast < 4.5) poor.push(`${walker.currentNode.data.trim()}: ${contrast}`);
    }
    return { all, poor };
})()";

fn colours() -> Result<()> {
    let (server, mut browser) = shown(&statuses::complete())?;
    browser.value("document.querySelectorAll('details').forEach(at => { at.open = true; })")?;
    let mut grounds = Vec::new();
    for scheme in ["light", "dark"] {
        browser.prefer("prefers-color-scheme", scheme)?;
        let read = browser.value(CONTRAST)?;
        ensure(read["all"].as_u64() > Some(300), || format!("few texts were found: {read}"))?;
        same(&read["poor"], &json!([]))?;
        grounds.push(browser.value("[getComputedStyle(document.documentElement).backgroundColor, getComputedStyle(document.body).color]")?);
    }
    ensure(grounds[0][0] != grounds[1][0] && grounds[0][1] != grounds[1][1], || {
        format!("{grounds:?}")
    })?;
    clean(&server, &browser)
}

fn motion() -> Result<()> {
    let (server, mut browser) = shown(&statuses::complete())?;
    let moving = "[...document.querySelectorAll('*')].filter(at => { const style = getComputedStyle(at); return style.transitionDuration !== '0s' || style.animationName !== 'none'; }).length";
    browser.prefer("prefers-reduced-motion", "no-preference")?;
    ensure(browser.value(moving)?.as_u64() > Some(0), || "nothing moves at all".to_owned())?;
    browser.prefer("prefers-reduced-motion", "reduce")?;
    same(&browser.value(moving)?, &json!(0))?;
    clean(&server, &browser)
}
